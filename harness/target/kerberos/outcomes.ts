import type { AnswerMeaning } from '../../history/line.ts'
import type { Outcome } from '../contract.ts'
import {
  type OutcomeDefinition,
  type OutcomeRegistry,
  outcomeRegistry,
  transportOutcomes,
} from '../outcome-registry.ts'

/** What a program said, and what that means. */
interface Said {
  readonly code: string
  /** In the words of MIT Kerberos, in the locale C. */
  readonly text: RegExp
  readonly outcome: 'fail' | 'info'
  readonly meaning: AnswerMeaning
  readonly doc: string
}

/** In the order of looking: the first that fits is meant. */
const sayings: readonly Said[] = [
  {
    code: 'client-revoked',
    text: /credentials have been revoked/,
    ...{ outcome: 'fail', meaning: 'locked' },
    doc: 'KDC_ERR_CLIENT_REVOKED: wrong passwords or an administrator locked the account; nothing was evaluated.',
  },
  {
    code: 'wrong-password',
    text: /Password incorrect|Preauthentication failed|Decrypt integrity check failed/,
    ...{ outcome: 'fail', meaning: 'wrong-credentials' },
    doc: 'KDC_ERR_PREAUTH_FAILED: the password was evaluated and is wrong.',
  },
  {
    code: 'no-principal',
    text: /not found in Kerberos database|Principal does not exist/,
    ...{ outcome: 'fail', meaning: 'absent' },
    doc: 'There is no such principal in the database of this server.',
  },
  {
    code: 'privilege-required',
    text: /Operation requires ``/,
    ...{ outcome: 'fail', meaning: 'gated' },
    doc: 'The administration server shows what it holds and takes no change, as that of a replica.',
  },
  {
    code: 'principal-exists',
    text: /Principal or policy already exists/,
    ...{ outcome: 'fail', meaning: 'token-refused' },
    doc: 'There is a principal of this name.',
  },
  {
    code: 'ticket-refused',
    text: /Ticket expired|Ticket has invalid|can't fulfill requested option|not yet valid|Matching credential not found/,
    ...{ outcome: 'fail', meaning: 'token-refused' },
    doc: 'The KDC does not take the ticket, or does not renew it.',
  },
  {
    code: 'not-initialized',
    text: /while initializing kadmin/,
    ...{ outcome: 'fail', meaning: 'unavailable' },
    doc: 'No session with the administration server came about: no command was sent.',
  },
  {
    code: 'no-kdc',
    text: /Cannot contact any KDC|Communication failure|Resource temporarily unavailable/,
    ...{ outcome: 'info', meaning: 'unavailable' },
    doc: 'No answer came, or half of one: the server may have got anywhere.',
  },
]

const others: readonly OutcomeDefinition[] = [
  ['half-done', 'info', 'A principal was made, and whether it says by whom is not known.'],
  ['other', 'info', 'A program ended in another way.'],
]

const definitions = sayings.map(({ code, outcome, doc }): OutcomeDefinition => [code, outcome, doc])

/** Every code that a KDC, or the way to it, can come to. */
export const kerberosOutcomes: OutcomeRegistry = outcomeRegistry(
  transportOutcomes,
  definitions,
  others,
)

/** The registry's code of what a program said on standard error. */
export function codeOfWords(words: string): string {
  return sayings.find(({ text }) => text.test(words))?.code ?? 'other'
}

/** The outcome of an operation that did not succeed. */
export function failedOutcome(code: string): Outcome {
  const listed = sayings.find((one) => one.code === code)
  const meaning = code === 'aborted' ? undefined : (listed?.meaning ?? 'unavailable')
  return {
    type: kerberosOutcomes.outcomeOf(code),
    error: { code, ...(meaning === undefined ? {} : { meaning }) },
  }
}
