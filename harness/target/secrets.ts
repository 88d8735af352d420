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
  /** A password that no operation writes and no user has: each guess has its own. */
  wrongPasswordFor(guess: OperationId): string
  /** Six digits of a guess; `turn` from 0 gives others where the first ones could be right. */
  codeFor(guess: OperationId, turn: number): string
  /** Bytes that a client draws for one step, such as the secret of an SRP sign-in. */
  bytesFor(step: OperationId, length: number): Uint8Array
}

/**
 * Secrets of a run, derived from its seed. They must not stand in a history, a plan or a report: a
 * label stands there instead.
 *
 * @param random - The run's draws; a scope of their own is taken.
 */
export function runSecrets(random: Random): Secrets {
  const scope = random.scope('secrets')
  const password = (stream: string, label: OperationId): string =>
    classes + Buffer.from(scope.at(stream, label, 0).bytes(passwordBytes)).toString('hex')
  return {
    passwordFor: (label) => password('password', label),
    wrongPasswordFor: (guess) => password('wrong-password', guess),
    codeFor: (guess, turn) =>
      String(scope.at('code', guess, turn).integer(0, 999_999)).padStart(6, '0'),
    bytesFor: (step, length) => scope.at('bytes', step, 0).bytes(length),
  }
}
