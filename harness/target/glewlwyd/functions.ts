import { offering } from '../oidc/functions.ts'

/** What Glewlwyd offers by its API of users, its scheme of codes and its plugin for OpenID. */
export const glewlwydFunctions = offering([
  'answer-totp',
  'associate-totp',
  'guess-code',
  'guess-password',
  'prefer-totp',
  'replay-totp',
  'verify-totp',
])
