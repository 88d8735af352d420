import { textArgument } from '../../operation-fields.ts'
import { acknowledged, type OperationHandler } from '../operation-handler.ts'

/** A permanent password, set by an administrator: password = the operation's id. */
export const setPassword: OperationHandler = acknowledged((operation, { poolId, secrets }) => ({
  operation: 'AdminSetUserPassword',
  input: {
    UserPoolId: poolId,
    Username: operation.user,
    Password: secrets.passwordFor(operation.id),
    Permanent: true,
  },
}))

/** A password changed by its user, who shows the current one: password = the operation's id. */
export const changePassword: OperationHandler = acknowledged((operation, { secrets }) => ({
  operation: 'ChangePassword',
  input: {
    AccessToken: textArgument(operation, 'accessToken'),
    PreviousPassword: secrets.passwordFor(textArgument(operation, 'password')),
    ProposedPassword: secrets.passwordFor(operation.id),
  },
}))
