import type { OperationId, ResultField } from '../history/operation.ts'
import type { Intent } from './executor.ts'
import type { Course } from './intents.ts'

/** Where the operations of a script go, unless it says otherwise. */
export const onTheRoute: Course = { to: 'route', purpose: 'workload' }

/** What a user does: in the user's own lane, so that it comes after what the user did before. */
export function intent(
  fn: Intent['function'],
  user: string,
  course: Course,
  more: Partial<Intent> = {},
): Intent {
  return { function: fn, user, arguments: {}, lane: user, ...course, ...more }
}

/** The argument `field` as a result of that name of an earlier operation. */
export function resultOf(from: OperationId, field: ResultField): Intent['arguments'] {
  return { [field]: { from, field } }
}
