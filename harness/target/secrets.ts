import type { OperationId } from '../history/operation.ts'
import type { Random } from '../kernel/random.ts'

/** Bytes of a password's secret part: enough that no two labels meet. */
const passwordBytes = 12

/** One of each class of character that a default password policy asks for. */
const classes = 'Ir7-'

/** Passwords that nobody stores: the same label gives the same password, within one run only. */
export interface Secrets {
  /**
   * The password that the operation `label` wrote. 28 characters with upper and lower case, a digit
   * and a symbol, which meets the default policy of Cognito.
   */
  passwordFor(label: OperationId): string
}

/**
 * Secrets of a run, derived from its seed. They must not stand in a history, a plan or a report: a
 * label stands there instead.
 *
 * @param random - The run's draws; a scope of their own is taken.
 */
export function runSecrets(random: Random): Secrets {
  const scope = random.scope('secrets')
  return {
    passwordFor: (label) =>
      classes + Buffer.from(scope.at('password', label, 0).bytes(passwordBytes)).toString('hex'),
  }
}
