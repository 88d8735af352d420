import { Audience } from '../checkers/audience.ts'
import type { Checker, CheckerResult, CheckerRun, Finding } from '../checkers/checker.ts'
import type { EventLine, HeaderLine } from '../history/line.ts'
import { UsageError } from '../kernel/errors.ts'
import { nearest } from '../kernel/nearest.ts'
import type { Profile, Requirement } from '../profiles/profile.ts'
import { conformanceOf } from './conformance.ts'
import { judgeRequirement } from './judge.ts'
import { judgeObjective } from './judge-objective.ts'
import { combine } from './lattice.ts'
import { measurementNames } from './measurement-names.ts'
import { type ResolvedObjective, resolveObjective } from './resolve-objective.ts'
import { watchRun } from './run-health.ts'
import type {
  JudgementResult,
  ObjectiveResult,
  RequirementResult,
  ScenarioResult,
  Verdict,
} from './verdict.ts'

/** The part of a {@link ScenarioResult} that follows from the history alone. */
export type HistoryJudgement = Pick<
  ScenarioResult,
  | 'verdict'
  | 'reason'
  | 'requirements'
  | 'objectives'
  | 'safe'
  | 'conformance'
  | 'measurements'
  | 'findings'
  | 'evidence'
  | 'undermined'
  | 'history'
>

/** What histories are judged by. */
export interface JudgeRegistries {
  readonly checkers: readonly Checker[]
  readonly profiles: readonly Profile[]
  /** Texts of objectives, instead of those in the header. */
  readonly objectives?: readonly string[]
}

/** Takes the lines of one history in order, then says what follows from them. */
export interface HistoryJudge {
  step(line: EventLine): void
  /** @param torn - True where the end of the history is missing. */
  finish(torn?: boolean): HistoryJudgement
}

/**
 * Judges one history in one pass by the requirements that its header names. A checker that
 * throws makes its requirements inconclusive. A run that did not come to its end, a fault that
 * did not take and a heal that failed leave the verdict at best inconclusive.
 *
 * @throws UsageError for a requirement that no profile holds, and for an objective whose
 * measurement nothing makes.
 */
export function judgeHistory(header: HeaderLine, registries: JudgeRegistries): HistoryJudge {
  const requirements = header.requirements.map((id) => requirementOf(id, registries.profiles))
  const names = new Set(requirements.flatMap((requirement) => requirement.checkers))
  const objectives = resolveObjectives(registries.objectives ?? header.objectives ?? [], registries)
  const fold = foldCheckers(header, names, registries.checkers)
  const health = watchRun()
  let lines = 0
  return {
    step: (line) => {
      fold.step(line, lines)
      health.step(line)
      lines += 1
    },
    finish: (torn = false) => {
      const { results, broken } = fold.finish()
      const measurements = results.flatMap((result) => result.measurements)
      const byName = new Map(measurements.map((measurement) => [measurement.name, measurement]))
      const judged = requirements.map((requirement) =>
        judgeRequirement(requirement, {
          measurements: byName,
          declared: header.declared,
          broken,
          objectives,
        }),
      )
      const aims = objectives.map((one) =>
        judgeObjective(one, names, { measurements: byName, broken }),
      )
      const conformance = conformanceOf(measurements, header.target, registries.profiles)
      const undermined = health.finish(torn)
      const safe = verdictOf(judged, undermined)
      const verdict = combine([safe, ...aims.map((aim) => aim.verdict)])
      const findings = brokenFindings(
        [...judged.flatMap((one) => one.judgements), ...aims],
        results,
      )
      return {
        verdict,
        reason: reasonOf(verdict, { judged, aims, undermined, findings, deaths: health.deaths() }),
        requirements: judged,
        ...(objectives.length === 0 ? {} : { objectives: aims, safe }),
        ...(conformance.length === 0 ? {} : { conformance }),
        measurements,
        findings,
        evidence: Object.fromEntries(results.map(({ checker, evidence }) => [checker, evidence])),
        ...(undermined === undefined ? {} : { undermined }),
        history: { lines: lines + 1, torn },
      }
    },
  }
}

/** Judges a whole history that is in memory. */
export function judgeLines(
  header: HeaderLine,
  lines: Iterable<EventLine>,
  registries: JudgeRegistries,
  torn = false,
): HistoryJudgement {
  const judge = judgeHistory(header, registries)
  for (const line of lines) judge.step(line)
  return judge.finish(torn)
}

/** The rule of an id. @throws UsageError with the nearest id if no profile holds it. */
export function requirementOf(id: string, profiles: readonly Profile[]): Requirement {
  const all = profiles.flatMap((profile) => profile.requirements)
  const found = all.find((requirement) => requirement.id === id)
  if (found) return found
  const names = all.map((requirement) => requirement.id)
  const close = nearest(id, names)
  throw new UsageError(`requirement "${id}" is in no profile`, {
    hint: close === undefined ? `known: ${names.join(', ')}` : `did you mean "${close}"?`,
  })
}

/**
 * What these objectives mean where these checkers and profiles are there.
 *
 * @throws UsageError as {@link resolveObjective} does.
 */
export function resolveObjectives(
  texts: readonly string[],
  { checkers, profiles }: Pick<JudgeRegistries, 'checkers' | 'profiles'>,
): readonly ResolvedObjective[] {
  if (texts.length === 0) return []
  const names = measurementNames(checkers, profiles)
  return texts.map((text) => resolveObjective(text, names))
}

interface CheckerFold {
  step(line: EventLine, index: number): void
  finish(): { results: readonly CheckerResult[]; broken: ReadonlyMap<string, string> }
}

/** Runs the named checkers side by side; one that throws is out and said to be broken. */
function foldCheckers(
  header: HeaderLine,
  names: ReadonlySet<string>,
  checkers: readonly Checker[],
): CheckerFold {
  const broken = new Map<string, string>()
  const runs = new Map<string, CheckerRun>()
  const guard = <T>(name: string, work: () => T): T | undefined => {
    try {
      return work()
    } catch (error) {
      runs.delete(name)
      broken.set(name, `checker "${name}" broke: ${error instanceof Error ? error.message : error}`)
      return undefined
    }
  }
  for (const name of names) {
    const checker = checkers.find((candidate) => candidate.name === name)
    if (!checker) broken.set(name, `there is no checker "${name}"`)
    else guard(name, () => runs.set(name, checker.begin(header)))
  }
  const nameOf = new Map([...runs].map(([name, run]) => [run, name]))
  const audience = new Audience([...runs.values()])
  const show = (run: CheckerRun, work: () => void): void => {
    const name = nameOf.get(run) ?? ''
    if (runs.has(name)) guard(name, work)
  }
  const shown = (line: EventLine, index: number): readonly CheckerRun[] => {
    try {
      return audience.of(line, index)
    } catch (error) {
      // What they share cannot read the line: each of them would have thrown.
      for (const run of nameOf.keys()) {
        if (run.attention === undefined) continue
        show(run, () => {
          throw error
        })
      }
      return [...nameOf.keys()]
    }
  }
  return {
    step: (line, index) => {
      for (const run of shown(line, index)) show(run, () => run.step(line, index))
    },
    finish: () => {
      const results: CheckerResult[] = []
      for (const [name, run] of runs) {
        const result = guard(name, () => run.finish())
        if (result) results.push(result)
      }
      return { results, broken }
    },
  }
}

function verdictOf(judged: readonly RequirementResult[], undermined: string | undefined): Verdict {
  const combined = combine(judged.map((requirement) => requirement.verdict))
  return undermined === undefined ? combined : combine([combined, 'inconclusive'])
}

/** Findings whose measurement broke a threshold. */
function brokenFindings(
  judged: readonly Pick<JudgementResult, 'measurement' | 'verdict'>[],
  results: readonly CheckerResult[],
): readonly Finding[] {
  const failed = new Set<string>()
  for (const { measurement, verdict } of judged) if (verdict === 'fail') failed.add(measurement)
  return results.flatMap((result) => result.findings.filter((one) => failed.has(one.measurement)))
}

interface Grounds {
  readonly judged: readonly RequirementResult[]
  readonly aims: readonly ObjectiveResult[]
  readonly undermined: string | undefined
  readonly findings: readonly Finding[]
  readonly deaths: string | undefined
}

function reasonOf(verdict: Verdict, grounds: Grounds): string {
  const { judged, aims, undermined, findings, deaths } = grounds
  const rule = judged.find((requirement) => requirement.verdict === verdict)
  const aim = aims.find((one) => one.verdict === verdict)
  const decisive = rule?.id ?? aim?.objective
  if (verdict === 'fail' && findings[0]) {
    const though = deaths === undefined ? '' : ` (${deaths})`
    return `${decisive}: ${findings[0].message}${though}`
  }
  if (verdict === 'inconclusive' && undermined !== undefined) return undermined
  if (verdict === 'pass') return heldText(judged, aims)
  return rule === undefined && aim === undefined
    ? 'nothing judges it'
    : `${decisive}: ${rule?.reason ?? aim?.reason}`
}

function heldText(judged: readonly RequirementResult[], aims: readonly ObjectiveResult[]): string {
  const rules = judged.filter((one) => one.verdict === 'pass').map((one) => one.id)
  const met = aims.filter((one) => one.verdict === 'pass').map((one) => one.objective)
  return [
    ...(rules.length === 0 ? [] : [`${rules.join(', ')} held`]),
    ...(met.length === 0 ? [] : [`${met.join(', ')} met`]),
  ].join('; ')
}
