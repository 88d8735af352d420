import { optionalArgument } from '../../operation-fields.ts'
import { acknowledged, type OperationHandler } from '../operation-handler.ts'

/** Shown where no code was sent: it has the form of one, and is wrong but once in a million. */
const noCode = '000000'

/** A user who has lost the password asks for a code. */
export const forgotPassword: OperationHandler = acknowledged((operation, { clientId }) => ({
  operation: 'ForgotPassword',
  input: { ClientId: clientId, Username: operation.user },
}))

/**
 * The code that was sent last (or the argument `code`) sets a password: password = the operation's
 * id.
 */
export const confirmForgotPassword: OperationHandler = acknowledged(
  async (operation, { clientId, secrets, codeFor }) => ({
    operation: 'ConfirmForgotPassword',
    input: {
      ClientId: clientId,
      Username: operation.user,
      ConfirmationCode:
        optionalArgument(operation, 'code') ?? (await codeFor(operation.user)) ?? noCode,
      Password: secrets.passwordFor(operation.id),
    },
  }),
)

/** An administrator ends the password; a code that is sent sets another one. */
export const resetPassword: OperationHandler = acknowledged((operation, { poolId }) => ({
  operation: 'AdminResetUserPassword',
  input: { UserPoolId: poolId, Username: operation.user },
}))
