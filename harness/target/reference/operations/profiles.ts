import { textArgument } from '../../operation-fields.ts'
import { failedOutcome, malformedOutcome } from '../api.ts'
import { acknowledged, type OperationHandler, observedField } from '../operation-handler.ts'
import { emailAttribute, mailDomain, observedRegisters, userAnswer } from '../user-answer.ts'

/**
 * An attribute set by an administrator: `attribute:<name>` = the operation's id. An `email` becomes
 * a verified address of that name, to which codes can be sent.
 */
export const updateAttribute: OperationHandler = acknowledged((operation, { poolId }) => {
  const name = textArgument(operation, 'attribute')
  return {
    operation: 'AdminUpdateUserAttributes',
    input: {
      UserPoolId: poolId,
      Username: operation.user,
      UserAttributes:
        name === emailAttribute
          ? [
              { Name: name, Value: `${operation.id}${mailDomain}` },
              { Name: 'email_verified', Value: 'true' },
            ]
          : [{ Name: name, Value: operation.id }],
    },
  }
})

/** What a Region knows of a user. That it knows none is an answer, too. */
export const readUser: OperationHandler = {
  request: (operation, { poolId }) => ({
    operation: 'AdminGetUser',
    input: { UserPoolId: poolId, Username: operation.user },
  }),
  outcome: (answer, operation) => {
    const reads = operation.reads ?? []
    if (!answer.ok) {
      return answer.code === 'UserNotFoundException'
        ? { type: 'ok', ...observedField(observedRegisters(reads, undefined)) }
        : failedOutcome(answer)
    }
    const user = userAnswer(answer.output)
    return user === undefined
      ? malformedOutcome()
      : { type: 'ok', ...observedField(observedRegisters(reads, user)) }
  },
}
