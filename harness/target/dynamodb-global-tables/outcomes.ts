import type { AnswerMeaning } from '../../history/line.ts'
import {
  answerOutcomes,
  type OutcomeRegistry,
  outcomeRegistry,
  transportOutcomes,
} from '../outcome-registry.ts'

/** What a Region says of itself: nothing was done. */
const refusals: readonly (readonly [code: string, meaning: AnswerMeaning | 'none', doc: string])[] =
  [
    ['user-absent', 'absent', 'This Region knows nobody of this name.'],
    ['user-exists', 'none', 'This Region knows somebody of this name.'],
    ['user-disabled', 'disabled', 'An administrator disabled the account.'],
    ['user-not-confirmed', 'none', 'Whoever signed up has not confirmed it.'],
    ['password-ended', 'reset-required', 'An administrator ended the password.'],
    ['wrong-password', 'wrong-credentials', 'The password was evaluated and is wrong.'],
    ['account-locked', 'locked', 'Too many wrong passwords: nothing was evaluated.'],
    ['token-invalid', 'token-refused', 'No access token of this issuer, or one that is over.'],
    ['token-unknown', 'reauthenticate', 'This Region knows no such session of this account.'],
    ['token-revoked', 'revoked', 'The session was revoked, or its user signed out.'],
    ['request-malformed', 'none', 'A field of the request is missing or is no text.'],
    ['path-unknown', 'none', 'The API has no such path.'],
  ]

const meanings: Readonly<Record<string, AnswerMeaning | 'none'>> = {
  ...Object.fromEntries(refusals.map(([code, meaning]) => [code, meaning])),
  aborted: 'none',
  'malformed-answer': 'none',
}

/** Every code that a Region of the design, or the way to it, can answer with. */
export const globalTablesOutcomes: OutcomeRegistry = outcomeRegistry(
  transportOutcomes,
  answerOutcomes,
  refusals.map(([code, , doc]) => [code, 'fail', doc] as const),
)

/** What a code says to whoever asked, in words of every system. */
export function meaningOf(code: string): AnswerMeaning | undefined {
  const meaning = meanings[code] ?? 'unavailable'
  return meaning === 'none' ? undefined : meaning
}
