import { describeJudgement } from './judge.ts'
import { combine } from './lattice.ts'
import type {
  JudgementResult,
  KnownResult,
  RunExpectation,
  ScenarioExpectation,
  ScenarioResult,
  UnexpectedResult,
  Verdict,
} from './verdict.ts'

/** What was known of a scenario before the run: an entry of the file of expected results. */
export type Known = Omit<KnownResult, 'state'>

/** What the answer of a scenario says of itself, as far as an expectation is about it. */
export type Answered = Pick<
  ScenarioResult,
  'verdict' | 'requirements' | 'objectives' | 'findings' | 'undermined'
>

/** A threshold that was judged, and the rule or the objective that it belongs to. */
interface Judged extends Omit<UnexpectedResult, 'expiredOn'> {
  readonly verdict: Verdict
}

/**
 * Holds the answer of one scenario against what is known of it.
 *
 * @param today - `2026-11-22`: an entry is good up to and with its day.
 */
export function expectationOf(
  answer: Answered,
  known: readonly Known[],
  today: string,
): ScenarioExpectation & Required<Pick<ScenarioExpectation, 'standing' | 'known' | 'unexpected'>> {
  const judged = judgedOf(answer)
  const broken = judged.filter(({ verdict }) => verdict === 'fail')
  const valid = known.filter(({ until }) => today <= until)
  const unexpected = broken
    .filter((one) => !covers(valid, one, answer))
    .map(({ verdict: _, ...one }): UnexpectedResult => {
      const old = known.filter((entry) => !valid.includes(entry) && fits(entry, one, answer))
      return old[0] === undefined ? one : { ...one, expiredOn: old[0].until }
    })
  const [first] = valid
  return {
    verdict: first === undefined ? 'pass' : 'fail',
    ...(first?.rule === undefined ? {} : { rule: first.rule }),
    standing: unexpected.length > 0 ? 'fail' : standingOf(answer),
    known: known.map((entry) => ({
      ...entry,
      state: stateOf(entry, { answer, judged, broken, expired: !valid.includes(entry) }),
    })),
    unexpected,
  }
}

/** Why a scenario stands as it does: of what is broken, what is new. */
export function reasonBeside(
  answer: Answered & Pick<ScenarioResult, 'reason'>,
  { standing, unexpected = [] }: ScenarioExpectation,
): string {
  const [first] = unexpected
  if (first !== undefined) return newText(answer, first)
  if (standing !== 'inconclusive' || answer.verdict !== 'fail') return answer.reason
  const open = answer.requirements.find(({ verdict }) => verdict === 'inconclusive')
  const why = answer.undermined ?? (open === undefined ? 'not shown' : `${open.id}: ${open.reason}`)
  return `what is broken is expected, but ${why}`
}

function newText({ requirements, findings }: Answered, one: UnexpectedResult): string {
  const found = findings.find(({ measurement }) => measurement === one.measurement)
  const judgement = requirements
    .find(({ id }) => id === one.rule)
    ?.judgements.find(({ measurement }) => measurement === one.measurement)
  const told = judgement === undefined ? one.measurement : describeJudgement(judgement)
  return `${one.rule ?? one.objective}: ${found?.message ?? told}`
}

/** What a run came to beside its file. */
export function runExpectationOf(
  { file, digest }: Pick<RunExpectation, 'file' | 'digest'>,
  scenarios: readonly { readonly expected?: ScenarioExpectation }[],
): RunExpectation {
  const known = scenarios.flatMap(({ expected }) => expected?.known ?? [])
  const count = (state: KnownResult['state']): number =>
    known.filter((one) => one.state === state).length
  return {
    file,
    digest,
    unexpected: scenarios.reduce((sum, one) => sum + (one.expected?.unexpected?.length ?? 0), 0),
    expected: count('expected'),
    healed: count('healed'),
    expired: count('expired'),
    notSeen: count('not-seen'),
  }
}

/** Every threshold of rules and objectives that was judged. */
function judgedOf({ requirements, objectives = [] }: Answered): readonly Judged[] {
  const ofRule = (rule: string, { measurement, verdict }: JudgementResult): Judged => ({
    rule,
    measurement,
    verdict,
  })
  return [
    ...requirements.flatMap(({ id, judgements }) => judgements.map((one) => ofRule(id, one))),
    ...objectives.map(({ objective, measurement, verdict }) => ({
      objective,
      measurement,
      verdict,
    })),
  ]
}

/** Where nothing that is broken is new: the rest of the answer may still show nothing. */
function standingOf(answer: Answered): Verdict | 'expected' {
  if (answer.verdict !== 'fail') return answer.verdict
  const rest = [...answer.requirements, ...(answer.objectives ?? [])]
    .map(({ verdict }) => verdict)
    .filter((verdict) => verdict !== 'fail')
  if (answer.undermined !== undefined) rest.push('inconclusive')
  return combine(rest) === 'inconclusive' ? 'inconclusive' : 'expected'
}

/** Whether entries together expect a broken threshold, with all that was found of it. */
function covers(entries: readonly Known[], broken: Judged, answer: Answered): boolean {
  const fitting = entries.filter((entry) => fits(entry, broken, answer))
  if (fitting.some(({ finding }) => finding === undefined)) return true
  const kinds = new Set(fitting.map(({ finding }) => finding))
  return fitting.length > 0 && kindsOf(broken, answer).every((kind) => kinds.has(kind))
}

/** Whether an entry is about a broken threshold, or about something that was found of it. */
function fits(entry: Known, broken: Omit<Judged, 'verdict'>, answer: Answered): boolean {
  if (!names(entry, broken)) return false
  return entry.finding === undefined || kindsOf(broken, answer).includes(entry.finding)
}

function names({ rule, measurement }: Known, judged: Omit<Judged, 'verdict'>): boolean {
  if (rule !== undefined && rule !== judged.rule) return false
  return measurement === undefined || measurement === judged.measurement
}

function kindsOf({ measurement }: Omit<Judged, 'verdict'>, { findings }: Answered) {
  return findings.filter((one) => one.measurement === measurement).map(({ kind }) => kind)
}

interface Grounds {
  readonly answer: Answered
  readonly judged: readonly Judged[]
  readonly broken: readonly Judged[]
  readonly expired: boolean
}

function stateOf(entry: Known, { answer, judged, broken, expired }: Grounds): KnownResult['state'] {
  if (broken.some((one) => fits(entry, one, answer))) return expired ? 'expired' : 'expected'
  const sound = answer.verdict === 'pass' || answer.verdict === 'fail'
  if (!sound || answer.undermined !== undefined) return 'not-seen'
  return held(entry, judged, answer) ? 'healed' : 'not-seen'
}

/** Whether the answer shows, by what was seen, that an entry is not true any more. */
function held(entry: Known, judged: readonly Judged[], answer: Answered): boolean {
  if (entry.rule === undefined && entry.measurement === undefined) return answer.verdict === 'pass'
  const about = judged.filter((one) => names(entry, one)).map(({ verdict }) => verdict)
  if (entry.measurement !== undefined) return combine(about) === 'pass'
  return answer.requirements.some(({ id, verdict }) => id === entry.rule && verdict === 'pass')
}
