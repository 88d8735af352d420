import type { AnswerMeaning, CompletionLine } from '../../history/line.ts'
import type { OperationFunction } from '../../history/operation.ts'
import type { Attempt } from './history-fold.ts'

/** What is guessed; each has a counter of its own. */
export type Guessed = 'password' | 'code' | 'reset-code'

const guessed: ReadonlyMap<OperationFunction, Guessed> = new Map<OperationFunction, Guessed>([
  ['guess-password', 'password'],
  ['sign-in', 'password'],
  ['admin-sign-in', 'password'],
  ['answer-srp', 'password'],
  ['submit-sign-in', 'password'],
  ['guess-code', 'code'],
  ['answer-totp', 'code'],
  ['replay-totp', 'code'],
  ['guess-reset-code', 'reset-code'],
  ['confirm-forgot-password', 'reset-code'],
])

/** What tries to prove something that can be guessed. */
export const guessedFunctions: ReadonlySet<OperationFunction> = new Set(guessed.keys())

/** Refusals of what was certainly not evaluated. */
const notEvaluated: ReadonlySet<AnswerMeaning | undefined> = new Set<AnswerMeaning>([
  'locked',
  'gated',
  'throttled',
  'unavailable',
])

/** What an attempt tries to prove; undefined where it tries nothing that is counted. */
export function guessedBy({ invoke }: Attempt): Guessed | undefined {
  return guessed.get(invoke.function)
}

/** Whose attempt it is: an attacker's, the same against the control user, or the user's own. */
export function guesserOf({ invoke }: Attempt): 'attacker' | 'control' | 'owner' {
  if (invoke.purpose === 'guess-control') return 'control'
  const isGuess = invoke.purpose === 'guess' || invoke.function.startsWith('guess-')
  return isGuess ? 'attacker' : 'owner'
}

/** How many guesses of one the Region admitted: it evaluated what it was shown. */
export function admitted(completion: Pick<CompletionLine, 'type' | 'error'>): {
  readonly low: number
  readonly high: number
} {
  const { type, error } = completion
  if (type === 'ok') return { low: 1, high: 1 }
  if (type === 'info') return { low: 0, high: 1 }
  if (error?.meaning === 'wrong-credentials') return { low: 1, high: 1 }
  return { low: 0, high: notEvaluated.has(error?.meaning) ? 0 : 1 }
}
