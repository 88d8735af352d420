import { parseRegister, type RegisterValue } from '../../../history/operation.ts'
import { optionalArgument, textArgument } from '../../operation-fields.ts'
import { failedOutcome, malformedOutcome } from '../api.ts'
import {
  acknowledged,
  type OperationHandler,
  observedField,
  readsOf,
} from '../operation-handler.ts'

/** The most that the API lists at once; the set-up makes fewer groups. */
const groupsListedMax = 60

/** Membership given by an administrator: `group:<group>` = the operation's id. */
export const addToGroup: OperationHandler = acknowledged((operation, { poolId }) => ({
  operation: 'AdminAddUserToGroup',
  input: {
    UserPoolId: poolId,
    Username: operation.user,
    GroupName: textArgument(operation, 'group'),
  },
}))

/** Membership taken away: `group:<group>` = `removed`. */
export const removeFromGroup: OperationHandler = acknowledged((operation, { poolId }) => ({
  operation: 'AdminRemoveUserFromGroup',
  input: {
    UserPoolId: poolId,
    Username: operation.user,
    GroupName: textArgument(operation, 'group'),
  },
}))

/**
 * The groups of a user as a Region knows them. An answer tells that the user belongs to a group,
 * not since when: the argument named like the group holds the operation that last added the user to
 * it, and a membership that no argument explains is not observed.
 */
export const readGroups: OperationHandler = {
  request: (operation, { poolId }) => ({
    operation: 'AdminListGroupsForUser',
    input: { UserPoolId: poolId, Username: operation.user, Limit: groupsListedMax },
  }),
  outcome: (answer, operation) => {
    const absent = !answer.ok && answer.code === 'UserNotFoundException'
    if (!answer.ok && !absent) return failedOutcome(answer)
    const names = answer.ok ? groupNames(answer.output) : new Set<string>()
    if (names === undefined) return malformedOutcome()
    const observed = readsOf(operation, 'group').flatMap((register) => {
      const { detail = '' } = parseRegister(register)
      const value: RegisterValue | undefined = names.has(detail)
        ? optionalArgument(operation, detail)
        : null
      return value === undefined ? [] : [{ register, value }]
    })
    return { type: 'ok', ...observedField(observed) }
  },
}

function groupNames(output: Readonly<Record<string, unknown>>): ReadonlySet<string> | undefined {
  const { Groups: groups } = output
  if (!Array.isArray(groups)) return undefined
  const names = (groups as readonly unknown[]).map(
    (group) => (group as { readonly GroupName?: unknown } | null)?.GroupName,
  )
  return new Set(names.filter((name): name is string => typeof name === 'string'))
}
