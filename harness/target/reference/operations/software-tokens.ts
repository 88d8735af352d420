import { textArgument } from '../../operation-fields.ts'
import { totpCodeAt } from '../../totp.ts'
import { failedOutcome, malformedOutcome, textField } from '../api.ts'
import { acknowledged, type OperationHandler } from '../operation-handler.ts'

/** Asks for a TOTP secret: results `totpSecret`. */
export const associateTotp: OperationHandler = {
  request: (operation) => ({
    operation: 'AssociateSoftwareToken',
    input: { AccessToken: textArgument(operation, 'accessToken') },
  }),
  outcome: (answer) => {
    if (!answer.ok) return failedOutcome(answer)
    const totpSecret = textField(answer.output, 'SecretCode')
    return totpSecret === undefined ? malformedOutcome() : { type: 'ok', results: { totpSecret } }
  },
}

/** Proves that the authenticator app has the secret, by the code of this moment. */
export const verifyTotp: OperationHandler = {
  request: (operation, { wall }) => ({
    operation: 'VerifySoftwareToken',
    input: {
      AccessToken: textArgument(operation, 'accessToken'),
      UserCode: totpCodeAt(textArgument(operation, 'totpSecret'), wall.now()),
    },
  }),
  outcome: (answer) => {
    if (!answer.ok) return failedOutcome(answer)
    const status = textField(answer.output, 'Status')
    if (status === undefined) return malformedOutcome()
    return status === 'SUCCESS'
      ? { type: 'ok' }
      : failedOutcome({ ok: false, code: 'totp-not-verified', status: 200 })
  },
}

/** Makes the verified software token the factor that every sign-in asks for: factor = `totp`. */
export const preferTotp: OperationHandler = acknowledged((operation, { poolId }) => ({
  operation: 'AdminSetUserMFAPreference',
  input: {
    UserPoolId: poolId,
    Username: operation.user,
    SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true },
  },
}))
