import { groupFunctions, offering } from '../oidc/functions.ts'

/** By the standards, and by SCIM. There is no lockout, so nobody guesses. */
export const oidcProviderFunctions = offering(groupFunctions)
