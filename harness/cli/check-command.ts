import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { checkers } from '../checkers/index.ts'
import { judgeStoredHistory } from '../judge-stored-history.ts'
import { UsageError } from '../kernel/errors.ts'
import { toolVersion } from '../kernel/version.ts'
import { judgedProfiles } from '../profiles/index.ts'
import { runExpectationText, standingOf } from '../report/expected-words.ts'
import { failureLines } from '../report/failure-text.ts'
import { plainText } from '../report/plain-text.ts'
import { exitCodeOfVerdict } from '../verdict/exit-code.ts'
import { judgeRun } from '../verdict/judge-run.ts'
import { type HistoryJudgement, resolveObjectives } from '../verdict/judge-scenario.ts'
import type { RunObjective, ScenarioExpectation } from '../verdict/verdict.ts'
import { besideExpected } from './beside-expected.ts'
import { checkExpected } from './check-expected.ts'
import type { ExpectedFlags } from './expected-results.ts'
import { isTopologyFile } from './is-topology-file.ts'
import { checked, flaggedObjectives, type ObjectiveFlags } from './objectives.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

const registries = { checkers, profiles: judgedProfiles }

const historyName = 'history.ndjson'

/** One stored history, judged again. */
interface CheckedHistory extends HistoryJudgement {
  readonly id: string
  readonly claim: string
  readonly file: string
  readonly seed: number
  readonly target: string
  readonly model: boolean
  readonly expected?: ScenarioExpectation
}

/** The flags of `interregnum check`. */
export interface CheckFlags extends ObjectiveFlags, ExpectedFlags {}

/**
 * `interregnum check`: judges what is stored, without any Region, beside the expected results of
 * the flag, else of the run's plan. A YAML file is a topology, or one of expected
 * results: it is read and told.
 */
export async function checkCommand(
  path: string,
  flags: CheckFlags,
  around: Surroundings,
): Promise<CommandResult> {
  if (isTopologyFile(path, around)) {
    const { topologyCheck } = await import('./topology-check.ts')
    return topologyCheck(path, around)
  }
  if (/\.ya?ml$/.test(path)) return checkExpected(path, around)
  const given = flaggedObjectives(flags, around)
  const asked = given === undefined ? {} : { objectives: checked(given, registries) }
  const files = historiesOf(resolve(around.folder, path))
  const stated = new Set<string>(asked.objectives)
  const judgedFiles = files.map((file): CheckedHistory => {
    const { header, judgement } = judgeStoredHistory(file, { ...registries, ...asked })
    for (const { objective } of judgement.objectives ?? []) stated.add(objective)
    const { scenario: id, claim, seed, target, model } = header
    return { id, claim, file: relative(around.folder, file), seed, target, model, ...judgement }
  })
  const beside = await besideExpected(judgedFiles, { path, flags, around })
  const scenarios = beside?.scenarios ?? judgedFiles
  const judged = judgeRun(scenarios, { objectives: resolveObjectives([...stated], registries) })
  const tool = { name: 'interregnum', version: toolVersion() }
  const expected = beside === undefined ? {} : { expected: beside.expected }
  const known = runExpectationText(expected)
  return {
    document: { tool, ...judged, ...expected, scenarios },
    text: [
      ...scenarios.flatMap(linesOf),
      ...(judged.objectives ?? []).map(objectiveLine),
      ...(known === undefined ? [] : [`Expected results: ${known}`]),
      `Verdict: ${judged.verdict}`,
    ]
      .map(plainText)
      .join('\n'),
    exitCode: exitCodeOfVerdict(judged.verdict),
  }
}

function linesOf(checked: CheckedHistory): readonly string[] {
  const model = checked.model ? ' (a model)' : ''
  return [
    `${checked.id}: ${standingOf(checked)}  ${checked.target}${model}, seed ${checked.seed}`,
    ...failureLines(checked).map((line) => `  ${line}`),
    `  ${checked.history.lines} lines in ${checked.file}`,
  ]
}

function objectiveLine({ objective, verdict, reason }: RunObjective): string {
  return `objective ${objective}: ${verdict}: ${reason}`
}

/** A file is one history; a folder is a run, with a history in it or one in each folder below. */
function historiesOf(path: string): readonly string[] {
  if (!existsSync(path)) {
    throw new UsageError(`${path} does not exist`, {
      hint: 'expected a history file or the folder of a run',
    })
  }
  if (!statSync(path).isDirectory()) return [path]
  const files = [
    join(path, historyName),
    ...readdirSync(path)
      .sort()
      .map((name) => join(path, name, historyName)),
  ].filter((file) => existsSync(file))
  if (files.length > 0) return files
  throw new UsageError(`${path} holds no ${historyName}`, {
    hint: 'expected the folder of a run, such as reports/latest',
  })
}
