import { acknowledged, type OperationHandler } from '../operation-handler.ts'
import { originAttribute } from '../user-answer.ts'

/** Creation with a password of the user's own: existence and password = the operation's id. */
export const signUp: OperationHandler = acknowledged((operation, { clientId, secrets }) => ({
  operation: 'SignUp',
  input: {
    ClientId: clientId,
    Username: operation.user,
    Password: secrets.passwordFor(operation.id),
    UserAttributes: [{ Name: originAttribute, Value: operation.id }],
  },
}))

/** Confirmation by an administrator: no message has to arrive for it. */
export const confirmSignUp: OperationHandler = acknowledged((operation, { poolId }) => ({
  operation: 'AdminConfirmSignUp',
  input: { UserPoolId: poolId, Username: operation.user },
}))

/** Creation by an administrator, without an invitation. The user cannot sign in before
 * `set-password`. */
export const adminCreateUser: OperationHandler = acknowledged((operation, { poolId, secrets }) => ({
  operation: 'AdminCreateUser',
  input: {
    UserPoolId: poolId,
    Username: operation.user,
    TemporaryPassword: secrets.passwordFor(operation.id),
    MessageAction: 'SUPPRESS',
    UserAttributes: [{ Name: originAttribute, Value: operation.id }],
  },
}))

export const disableUser: OperationHandler = acknowledged((operation, { poolId }) => ({
  operation: 'AdminDisableUser',
  input: { UserPoolId: poolId, Username: operation.user },
}))

export const enableUser: OperationHandler = acknowledged((operation, { poolId }) => ({
  operation: 'AdminEnableUser',
  input: { UserPoolId: poolId, Username: operation.user },
}))

export const deleteUser: OperationHandler = acknowledged((operation, { poolId }) => ({
  operation: 'AdminDeleteUser',
  input: { UserPoolId: poolId, Username: operation.user },
}))
