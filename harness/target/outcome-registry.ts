import type { HttpError } from '../http/http.ts'
import { by } from '../kernel/compare.ts'
import { invariant } from '../kernel/invariant.ts'

/** What one code of a tested system means for the operation that met it. */
export interface OutcomeEntry {
  readonly code: string
  /** True if the operation certainly did not happen: the outcome is `fail`, otherwise `info`. */
  readonly definite: boolean
  readonly outcome: 'fail' | 'info'
  /** One sentence for the reference page. */
  readonly doc: string
}

/** Every code that a target can write into a history, with its meaning. */
export interface OutcomeRegistry {
  /** The entries in the order of their codes. */
  readonly entries: readonly OutcomeEntry[]
  /** A code that is not listed proves nothing: it is `info`. */
  outcomeOf(code: string): 'fail' | 'info'
  has(code: string): boolean
}

/** A listed code of a target: `fail` states that the operation certainly did not happen. */
export type OutcomeDefinition = readonly [code: string, outcome: 'fail' | 'info', doc: string]

/** What an exchange below HTTP can come to; the same for every target that speaks HTTP. */
export const transportOutcomes: readonly OutcomeDefinition[] = [
  ['connection-refused', 'fail', 'The Region refused the connection: no byte left.'],
  ['not-sent', 'fail', 'The exchange ended while it waited for a connection: no byte left.'],
  ['certificate-refused', 'fail', 'The certificate of the Region was not trusted: no byte left.'],
  ['connection-reset', 'info', 'The connection was reset or closed before a whole answer came.'],
  ['deadline', 'info', 'No answer came within the deadline of the operation.'],
  ['aborted', 'info', 'The harness gave the operation up before its answer came.'],
  ['transport', 'info', 'The exchange broke in another way, such as an answer that is no HTTP.'],
]

/** What an answer can be that the Region's software did not give, or not in its own words. */
export const answerOutcomes: readonly OutcomeDefinition[] = [
  ['server-error', 'info', 'A status of 500 or above: the Region may have got anywhere.'],
  ['not-the-api', 'info', 'An answer that is not of the API, such as the page of a router.'],
  ['malformed-answer', 'info', 'A success whose body lacks what the API documents.'],
]

/**
 * A registry from its definitions.
 *
 * @throws InvariantError if a code is defined twice.
 */
export function outcomeRegistry(
  ...definitions: readonly (readonly OutcomeDefinition[])[]
): OutcomeRegistry {
  const byCode = new Map<string, OutcomeEntry>()
  for (const [code, outcome, doc] of definitions.flat()) {
    invariant(!byCode.has(code), `outcome "${code}" is defined twice`)
    byCode.set(code, Object.freeze({ code, definite: outcome === 'fail', outcome, doc }))
  }
  return Object.freeze({
    entries: Object.freeze([...byCode.values()].sort(by((entry) => entry.code))),
    outcomeOf: (code: string) => byCode.get(code)?.outcome ?? 'info',
    has: (code: string) => byCode.has(code),
  })
}

const unsentCodes: Readonly<Partial<Record<HttpError['failure'], string>>> = {
  refused: 'connection-refused',
  certificate: 'certificate-refused',
}

/** The registry's code of a failed exchange. Only `sent: 'no'` leads to a definite one. */
export function transportCode(error: HttpError): string {
  if (error.sent === 'no') return unsentCodes[error.failure] ?? 'not-sent'
  switch (error.failure) {
    // Which of the two a dying peer's kernel sends is no difference that a client could use.
    case 'reset':
    case 'closed':
      return 'connection-reset'
    case 'deadline':
      return 'deadline'
    case 'aborted':
      return 'aborted'
    case 'refused':
    case 'certificate':
    case 'other':
      return 'transport'
  }
}
