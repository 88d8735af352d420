import type { Finding } from '../checkers/checker.ts'
import type {
  KnownResult,
  RunResult,
  ScenarioResult,
  UnexpectedResult,
  Verdict,
} from '../verdict/verdict.ts'

/** What a scenario counts as: its verdict, or `expected` where all that is broken is known. */
export function standingOf({
  verdict,
  expected,
}: Pick<ScenarioResult, 'verdict'> & Partial<Pick<ScenarioResult, 'expected'>>):
  | Verdict
  | 'expected' {
  return expected?.standing ?? verdict
}

/** What of a scenario was known, healed, expired or new, each in a line. */
export function expectationLines({
  expected,
}: Partial<Pick<ScenarioResult, 'expected'>>): readonly string[] {
  const { known = [], unexpected = [] } = expected ?? {}
  const told = known.filter(({ state }) => state !== 'expired')
  return [...unexpected.map(unexpectedText), ...told.map(knownText)]
}

/** `new: FS-28, lockout.guessFactor`. */
export function unexpectedText(one: UnexpectedResult): string {
  const what = `${one.rule ?? one.objective}, ${one.measurement}`
  return one.expiredOn === undefined
    ? `new: ${what}: no expected result names it`
    : `expired on ${one.expiredOn}: ${what}: it is expected no more`
}

/** `expected until 2027-05-01: FS-28: each server counts for itself`. */
export function knownText(one: KnownResult): string {
  const what = knownName(one)
  if (one.state === 'expected') return `expected until ${one.until}: ${what}: ${one.reason}`
  if (one.state === 'healed') return `healed: ${what} held; its expected result can go`
  if (one.state === 'expired') return `expired on ${one.until}: ${what}: ${one.reason}`
  return `not seen: ${what}: nothing shows whether it is still so`
}

/** The fields by which an entry names what is known. */
export function knownName({
  rule,
  measurement,
  finding,
}: Pick<KnownResult, 'rule' | 'measurement' | 'finding'>): string {
  return [rule, measurement, finding].filter((one) => one !== undefined).join(', ')
}

/** How a run stands to its file, in one sentence; undefined where there is none. */
export function runExpectationText({ expected }: Pick<RunResult, 'expected'>): string | undefined {
  if (expected === undefined) return undefined
  const counts = [
    [expected.unexpected, 'new'],
    [expected.expired, 'expired'],
    [expected.expected, 'expected'],
    [expected.healed, 'healed'],
    [expected.notSeen, 'not seen'],
  ] as const
  const told = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
  return `${told.join(', ') || 'nothing of it was run'} (${expected.file})`
}

/** The entry that accepts what was found of a rule's measurement; undefined where it is new. */
export function accepting(
  { expected }: Pick<ScenarioResult, 'expected'>,
  rule: string,
  measurement: string,
  finding: Pick<Finding, 'kind'> | undefined,
): KnownResult | undefined {
  const isNew = expected.unexpected?.some(
    (one) => one.rule === rule && one.measurement === measurement,
  )
  if (isNew !== false) return undefined
  return expected.known?.find(
    (one) =>
      one.state === 'expected' &&
      (one.rule ?? rule) === rule &&
      (one.measurement ?? measurement) === measurement &&
      (one.finding === undefined || one.finding === finding?.kind),
  )
}
