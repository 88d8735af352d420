import { acknowledged, type OperationHandler } from '../operation-handler.ts'
import { poolSettings } from '../pool-settings.ts'

/** From now on tokens name the issuer that both Regions serve. */
export const switchIssuer: OperationHandler = acknowledged((_operation, { poolId }) => ({
  operation: 'UpdateUserPool',
  input: {
    UserPoolId: poolId,
    ...poolSettings,
    MfaConfiguration: 'OPTIONAL',
    IssuerConfiguration: { Type: 'UPDATED' },
  },
}))
