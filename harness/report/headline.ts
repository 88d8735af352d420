import type { Finding, Interval } from '../checkers/checker.ts'
import type { RunResult, ScenarioResult } from '../verdict/verdict.ts'
import { standingOf } from './expected-words.ts'
import { countText, figureText, unitOf } from './figures.ts'

/** The worst of a run, in the user's terms, and where to read on. */
export interface Headline {
  readonly sentence: string
  /** The finding that it stands on. */
  readonly finding: Finding
  readonly scenario: string
  /** Findings of the same measurement, this one included. */
  readonly alike: number
}

/** What a sentence is made of. */
interface Facts {
  readonly users: number
  readonly findings: readonly Finding[]
  readonly value: Interval | undefined
  readonly measurement: string
}

/** Measurements by how much they matter to a user, gravest first, and how each is said. */
const sentences: readonly (readonly [RegExp, (facts: Facts) => string])[] = [
  [/^totp\.bypasses/, ({ users }) => `${who(users)} signed in without the second factor`],
  [
    /^lockout\.wronglyAccepted/,
    ({ findings }) => `${many(findings.length, 'wrong password')} opened an account`,
  ],
  [
    /^identities\.crossed/,
    ({ users }) => `${who(users)} got the access of somebody who was deleted`,
  ],
  [/^deauthorisation\.neverStopped/, ({ users }) => `${who(users)} kept access for good`],
  [/^deauthorisation\.revived/, ({ users }) => `${who(users)} got access back that was taken away`],
  [/^deauthorisation\..*seconds/i, keptAccess],
  [
    /^relying-parties\.invalidAccepted/,
    ({ findings }) => `${many(findings.length, 'invalid token')} opened a relying party`,
  ],
  [/^totp\.replays/, ({ users }) => `a code of ${who(users)} worked twice`],
  [
    /^lockout\.guessFactor/,
    ({ value }) => `an attacker gets ${atLeast(value, 'factor')} the guesses`,
  ],
  [
    /^lockout\.keptOut/,
    ({ users }) =>
      `${who(users)} ${users === 1 ? 'was' : 'were'} kept out by a lock that others had set`,
  ],
  [/^lockout\./, ({ users }) => `the lock of ${who(users)} did not hold`],
  [/^identities\.duplicates/, ({ users }) => `${who(users)} exist twice`],
  [/^identities\.revived|^data-loss\.resurrected/, ({ users }) => `${who(users)} came back`],
  [
    /^data-loss\.lost/,
    ({ findings, users }) =>
      `${many(findings.length, 'acknowledged write')} of ${who(users)} ${findings.length === 1 ? 'is' : 'are'} gone for good`,
  ],
  [
    /^data-loss\.phantoms/,
    ({ findings }) => `${many(findings.length, 'value')} appeared that nobody wrote`,
  ],
  [
    /^tokens\.|^relying-parties\.(?:validRejected|undecided)/,
    ({ findings, users }) => `${many(findings.length, 'token')} of ${who(users)} did not hold`,
  ],
  [/^secrets\.gap/, (facts) => `no secret of a machine client worked for ${length(facts)}`],
  [/^replica-gate\./, ({ users }) => `the replica took writes of ${who(users)}`],
  [
    /^convergence\./,
    ({ users }) => `${who(users)} still differ between the Regions after everything was healed`,
  ],
  [/^backwards\./, ({ users }) => `${who(users)} went back to an older state`],
  [/^(?:recovery|availability)\./, (facts) => `users waited ${length(facts)} to be served`],
  [/^reauthentication\./, ({ users }) => `${who(users)} had to sign in again`],
  [/^lag\./, (facts) => `the replica was ${length(facts)} behind`],
]

/** The gravest of what broke a rule, of what is new before what is known; else undefined. */
export function headlineOf({ scenarios }: RunResult): Headline | undefined {
  const broken = scenarios.filter(({ verdict }) => verdict === 'fail')
  const open = broken.filter((scenario) => standingOf(scenario) === 'fail')
  return gravest(open.length > 0 ? open : broken)
}

function gravest(scenarios: readonly ScenarioResult[]): Headline | undefined {
  let worst: { readonly rank: number; readonly headline: Headline } | undefined
  for (const scenario of scenarios) {
    const unexpected = scenario.expected.unexpected ?? []
    const isNew = (of: Finding): boolean =>
      unexpected.length === 0 || unexpected.some((one) => one.measurement === of.measurement)
    for (const [measurement, findings] of byMeasurement(scenario.findings.filter(isNew))) {
      const rank = rankOf(measurement)
      const first = findings[0]
      if (first === undefined || (worst !== undefined && worst.rank <= rank)) continue
      const sentence = sentenceOf(scenario, measurement, findings)
      const alike = findings.length
      worst = { rank, headline: { sentence, finding: first, scenario: scenario.id, alike } }
    }
  }
  return worst?.headline
}

/** Findings of a scenario by the measurement that they explain, gravest first. */
export function byMeasurement(
  findings: readonly Finding[],
): readonly (readonly [string, readonly Finding[]])[] {
  const groups = new Map<string, Finding[]>()
  for (const finding of findings) {
    const group = groups.get(finding.measurement)
    if (group === undefined) groups.set(finding.measurement, [finding])
    else group.push(finding)
  }
  return [...groups].sort(([a], [b]) => rankOf(a) - rankOf(b))
}

/** All findings of one measurement in one sentence, in the user's terms. */
export function sentenceOf(
  scenario: Pick<ScenarioResult, 'measurements'>,
  measurement: string,
  findings: readonly Finding[],
): string {
  const say = sentences[rankOf(measurement)]?.[1]
  const value = scenario.measurements.find(({ name }) => name === measurement)?.value
  const users = new Set(findings.map(({ user }) => user)).size
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more like it)` : ''
  if (say === undefined) return `${findings[0]?.message ?? measurement}${more}`
  return say({ users, findings, value, measurement })
}

function rankOf(measurement: string): number {
  const rank = sentences.findIndex(([pattern]) => pattern.test(measurement))
  return rank < 0 ? sentences.length : rank
}

/** How access was taken away, after "kept access 41 s …". */
const deauthorised: Readonly<Record<string, string>> = {
  disable: 'after being disabled',
  delete: 'after being deleted',
  group: 'after being taken out of their group',
  secret: 'with a secret that was deleted',
  password: 'with a password that was changed',
  mfa: 'without the factor that they had enrolled',
  revocation: 'after the session was revoked',
  signOut: 'after being signed out everywhere',
  device: 'with a device that was forgotten',
}

const places: readonly (readonly [RegExp, string])[] = [
  [/sameRegion/, 'in the same Region'],
  [/otherRegion|stopAccount/, 'in the other Region'],
  [/relyingParty/, 'at a relying party'],
  [/offline/, 'where tokens are checked offline'],
]

function keptAccess(facts: Facts): string {
  const { users, value, measurement, findings } = facts
  const kind = measurement.split('.')[1] ?? ''
  const how = deauthorised[kind] ?? deauthorised[findings[0]?.kind ?? ''] ?? 'that was taken away'
  const place = places.find(([pattern]) => pattern.test(measurement))?.[1]
  const long = value === undefined ? '' : ` ${length(facts)}`
  return `${who(users)} kept access${long} ${how}${place === undefined ? '' : `, ${place}`}`
}

function who(users: number): string {
  return many(users, 'user')
}

function many(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** What is certain: the low end. */
function length({ value, measurement }: Facts): string {
  return value === undefined ? 'long' : figureText(value.low, unitOf(measurement))
}

function atLeast(value: Interval | undefined, unit: 'factor'): string {
  return value === undefined ? 'more than once' : figureText(value.low, unit)
}
