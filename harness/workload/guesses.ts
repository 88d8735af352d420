import type { OperationId, Purpose, RegionName } from '../history/operation.ts'
import type { Intent } from './executor.ts'

/** What an attacker does, as intents: ids are drawn when they are performed. */

/** Where an attacker knocks; `guess-control` for the user who is attacked in one Region alone. */
export interface AttackCourse {
  readonly to: 'route' | RegionName
  readonly purpose: Extract<Purpose, 'guess' | 'guess-control'>
}

/** A sign-in with a password that nobody ever had. */
export function guessPassword(user: string, course: AttackCourse): Intent {
  return { function: 'guess-password', user, arguments: {}, ...course }
}

/**
 * A code that is certainly wrong, in the session of a sign-in that asked for one.
 *
 * @param association - The operation that set up the software token.
 */
export function guessCode(
  user: string,
  session: OperationId,
  association: OperationId,
  course: AttackCourse,
): Intent {
  return {
    function: 'guess-code',
    user,
    arguments: {
      session: { from: session, field: 'session' },
      totpSecret: { from: association, field: 'totpSecret' },
    },
    ...course,
  }
}

/** A wrong code for a password that was said to be lost. */
export function guessResetCode(user: string, course: AttackCourse): Intent {
  return { function: 'guess-reset-code', user, arguments: {}, ...course }
}
