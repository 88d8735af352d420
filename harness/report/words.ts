import { profiles } from '../profiles/index.ts'
import { untestedRules } from '../verdict/untested-rules.ts'
import type { ConformanceResult, RunResult, ScenarioResult, Verdict } from '../verdict/verdict.ts'
import { standingOf } from './expected-words.ts'
import { switchTexts } from './repeat-command.ts'

/** One of the three questions of a report, with its answer in a word and what it rests on. */
export interface Answer {
  readonly question: string
  readonly answer: string
  readonly gloss: string
  readonly verdict: Verdict
}

/** The system under test by name and version. */
export function systemOf(result: RunResult): string {
  if (result.target !== 'reference') return result.target
  const storage = result.storage === 'postgres' ? ' on PostgreSQL' : ''
  return `reference stack ${result.tool.version}${storage}`
}

/** The world of a run by name, and what it is. */
export function worldText(world: string): string {
  if (world === 'sim') return 'sim world (virtual time)'
  if (world === 'process') return 'process world (real processes)'
  if (world === 'remote') return "remote world (somebody's running system)"
  return world === 'container' ? 'container world (real containers)' : `${world} world`
}

/** The world of a run, with what carried its links and whose containers they were. */
export function worldOf({ world, proxy, attached }: RunResult): string {
  const parts = [
    ...(attached === undefined ? [] : [`compose project ${attached}`]),
    ...(proxy === undefined ? [] : [`links through ${proxyText(proxy)}`]),
  ]
  return [worldText(world), ...parts].join(', ')
}

/** What ran is the image; of a Toxiproxy no more was asked than every Toxiproxy has. */
function proxyText({ name, image }: NonNullable<RunResult['proxy']>): string {
  return `${name === 'toxiproxy' ? 'the API of Toxiproxy' : 'the link proxy'} (${image})`
}

/** What was tested, and what that can show. */
export function subjectOf(result: RunResult): string {
  const planted = result.mutants.length === 0 ? '' : `, with planted ${result.mutants.join(', ')}`
  const switches = switchTexts(result.switches)
    .map((text) => `, ${text}`)
    .join('')
  const what = `${systemOf(result)}, ${worldOf(result)}, seed ${result.seed}${switches}${planted}`
  return result.model ? `${what}: a model, which confirms nothing about a real system` : what
}

/** *Safe? Compatible? Claim?* in a word each. */
export function answersOf(result: RunResult): readonly Answer[] {
  return [
    {
      question: 'Safe?',
      answer: answer(result.safe),
      gloss: rulesGloss(result.scenarios),
      verdict: result.safe,
    },
    {
      question: 'Compatible?',
      answer: compatibleAnswer(result),
      gloss: compatibleGloss(result.scenarios),
      verdict: result.compatible,
    },
    claimAnswer(result),
  ]
}

/** The user's objectives, or, where there are none, what the scenarios claim. */
function claimAnswer({ scenarios, claim, objectives = [], verdict }: RunResult): Answer {
  const question = 'Claim?'
  if (claim !== undefined) {
    const met = objectives.filter((objective) => objective.verdict === 'pass').length
    const gloss = `${met} of ${objectives.length} objectives met`
    return { question, answer: answer(claim), gloss, verdict: claim }
  }
  const held = scenarios.filter((scenario) => scenario.verdict === 'pass').length
  const gloss = claimGloss(scenarios)
  return { question, answer: `${held} of ${scenarios.length} held`, gloss, verdict }
}

function answer(verdict: Verdict): string {
  return { pass: 'yes', fail: 'no', inconclusive: 'not shown', skipped: 'not asked' }[verdict]
}

/** How many rules of safety were judged, and which are broken. */
function rulesGloss(scenarios: readonly ScenarioResult[]): string {
  const ids = new Set(
    profiles
      .filter((profile) => profile.question === 'safe')
      .flatMap(({ requirements }) => requirements.map(({ id }) => id)),
  )
  const judged = scenarios.flatMap(({ requirements }) =>
    requirements.filter(({ id, verdict }) => ids.has(id) && verdict !== 'skipped'),
  )
  const broken = judged.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id)
  const names = [...new Set(broken)].sort()
  const known = new Set(judged.map(({ id }) => id)).size
  const judgedText = `${known} of ${ids.size} rules judged`
  if (names.length === 0) return judgedText
  const named =
    names.length > 4
      ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
      : names.join(', ')
  return `${named} broken, ${judgedText}`
}

/** `yes`, or how the system deviates from what is documented: the worse of it first. */
function compatibleAnswer({ compatible, scenarios }: RunResult): string {
  const deviations = scenarios
    .flatMap(({ conformance = [] }) => conformance)
    .flatMap(({ deviation }) => deviation ?? [])
  if (compatible !== 'fail') return answer(compatible)
  return deviations.includes('weaker') ? deviationText('weaker') : deviationText('stricter')
}

function compatibleGloss(scenarios: readonly ScenarioResult[]): string {
  const rows = scenarios.flatMap(({ conformance = [] }) => conformance)
  if (rows.length === 0) return 'nothing that is documented was measured'
  const differs = rows.filter(({ verdict }) => verdict === 'fail')
  const names = [...new Set(differs.map(({ measurement }) => measurement))].sort()
  const known = new Set(rows.map(({ measurement }) => measurement)).size
  const measured =
    known === 1 ? '1 documented figure measured' : `${known} documented figures measured`
  return names.length === 0 ? measured : `${names.join(', ')} differ, ${measured}`
}

/** How a measurement compares with what is documented: `deviates: stricter`. */
export function conformanceText({ verdict, deviation }: ConformanceResult): string {
  if (deviation !== undefined) return deviationText(deviation)
  return { pass: 'as documented', fail: 'deviates', inconclusive: 'not shown', skipped: '–' }[
    verdict
  ]
}

function deviationText(deviation: 'stricter' | 'weaker'): string {
  return `deviates: ${deviation}`
}

function claimGloss(scenarios: readonly ScenarioResult[]): string {
  const words = [
    ['fail', 'broken'],
    ['expected', 'broken as expected'],
    ['inconclusive', 'not shown'],
    ['skipped', 'skipped'],
  ] as const
  const parts = words.flatMap(([verdict, word]) => {
    const count = scenarios.filter((scenario) => standingOf(scenario) === verdict).length
    return count === 0 ? [] : [`${count} ${word}`]
  })
  return parts.length === 0 ? 'every scenario held what it claims' : parts.join(', ')
}

/** Everything that this run says nothing about: scenarios, rules, and real systems. */
export function notTestedOf(result: RunResult): RunResult['notTested'] {
  const all = [
    ...(result.model ? [{ what: 'a real system', reason: 'the target is a model' }] : []),
    ...result.scenarios
      .filter((scenario) => scenario.verdict === 'skipped')
      .map((scenario) => ({ what: scenario.id, reason: scenario.reason })),
    ...result.notTested,
    ...untestedRules(result.scenarios, profiles),
  ]
  return [...new Map(all.map((one) => [one.what, one])).values()]
}

/** So many things that were not tested for one reason are named. */
const namedMax = 3

/** What was not tested; where one reason holds for many things, the first of them and a count. */
export function notTestedInShort(result: RunResult): RunResult['notTested'] {
  const reasons = new Map<string, string[]>()
  for (const { what, reason } of notTestedOf(result)) {
    const names = reasons.get(reason)
    if (names === undefined) reasons.set(reason, [what])
    else names.push(what)
  }
  return [...reasons].flatMap(([reason, names]) =>
    names.length <= namedMax
      ? names.map((what) => ({ what, reason }))
      : [{ what: `${names[0]} and ${names.length - 1} more`, reason }],
  )
}

/** The title of the column that says how long a scenario took, always in real time. */
export function tookTitle(world: string): string {
  return world === 'sim' ? 'took (real time)' : 'took'
}

/** `1.2 s`, `340 ms`. */
export function durationText(durationMillis: number): string {
  return durationMillis < 1_000
    ? `${Math.round(durationMillis)} ms`
    : `${(durationMillis / 1_000).toFixed(1)} s`
}
