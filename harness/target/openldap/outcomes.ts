import type { AnswerMeaning } from '../../history/line.ts'
import {
  type OutcomeDefinition,
  type OutcomeRegistry,
  outcomeRegistry,
  transportOutcomes,
} from '../outcome-registry.ts'

interface ResultCode {
  readonly name: string
  readonly outcome: 'fail' | 'info'
  readonly meaning: AnswerMeaning | 'none'
  readonly doc: string
}

const refused = (
  name: string,
  doc: string,
  meaning: ResultCode['meaning'] = 'none',
): ResultCode => ({
  ...{ name, doc, meaning, outcome: 'fail' },
})

const unknown = (name: string, doc: string): ResultCode => ({
  ...{ name, doc, meaning: 'unavailable', outcome: 'info' },
})

/** Result codes (RFC 4511 section 4.1.9 and Appendix A), by number. */
const resultCodes: Readonly<Record<number, ResultCode>> = {
  1: unknown('operationsError', 'The server met an error of its own.'),
  2: refused('protocolError', 'The request is none of the protocol.'),
  3: unknown('timeLimitExceeded', 'The time of the operation ran out, wherever it was.'),
  4: refused('sizeLimitExceeded', 'More entries than a read may have.'),
  8: refused('strongerAuthRequired', 'The connection is not signed in.'),
  10: refused('referral', 'The server is a shadow and names the one that takes writes.', 'gated'),
  11: refused('adminLimitExceeded', 'A limit of the administrator was reached.'),
  16: refused('noSuchAttribute', 'The value that was to be taken away is not there.'),
  17: refused('undefinedAttributeType', 'The schema has no such attribute.'),
  19: refused('constraintViolation', 'A value is against a rule of the schema or the policy.'),
  20: refused('attributeOrValueExists', 'The value that was to be added is there.'),
  21: refused('invalidAttributeSyntax', 'A value has another syntax.'),
  32: refused('noSuchObject', 'There is no such entry.', 'absent'),
  34: refused('invalidDNSyntax', 'The name is no distinguished name.'),
  49: refused(
    'invalidCredentials',
    'The name or the password is wrong, or the account locked.',
    'wrong-credentials',
  ),
  48: refused('inappropriateAuthentication', 'The entry has no password to sign in with.'),
  50: refused('insufficientAccessRights', 'Whoever asked may not do this.'),
  51: refused('busy', 'The server was too busy to begin.', 'throttled'),
  52: unknown('unavailable', 'The server, or the one that it hands writes on to, is away.'),
  53: refused('unwillingToPerform', 'The server does not do this, in its role or at all.', 'gated'),
  64: refused('namingViolation', 'The entry cannot have this name.'),
  65: refused('objectClassViolation', 'The entry would be against its classes.'),
  68: refused('entryAlreadyExists', 'There is an entry of this name.'),
  80: unknown('other', 'The server failed in another way.'),
}

/** What a bind with a wrong name or password comes to, by the control of the password policy. */
const bindCodes: readonly ResultCode[] = [
  refused(
    'wrong-password',
    'invalidCredentials (49): the password was evaluated and is wrong, or there is no such user.',
    'wrong-credentials',
  ),
  refused(
    'account-locked',
    'invalidCredentials (49) with accountLocked: nothing was evaluated. Failed attempts or an administrator locked it.',
    'locked',
  ),
]

const transportMeanings: Readonly<Record<string, AnswerMeaning | 'none'>> = { aborted: 'none' }

const known: readonly ResultCode[] = [...Object.values(resultCodes), ...bindCodes]

const definitions: readonly OutcomeDefinition[] = known.map(({ name, outcome, doc }) => [
  name,
  outcome,
  doc,
])

/** Every code that an OpenLDAP server, or the way to it, can answer with. */
export const openldapOutcomes: OutcomeRegistry = outcomeRegistry(transportOutcomes, definitions)

/** The registry's code of a result; one that is not listed proves nothing. */
export function resultCode(code: number): string {
  return resultCodes[code]?.name ?? `result-${code}`
}

/** What a code says to whoever asked, in words of every system. */
export function meaningOf(code: string): AnswerMeaning | undefined {
  const listed = known.find(({ name }) => name === code)
  const meaning = listed?.meaning ?? transportMeanings[code] ?? 'unavailable'
  return meaning === 'none' ? undefined : meaning
}
