import picocolors from 'picocolors'
import type { Clock } from '../kernel/clock.ts'
import { toMillis } from '../kernel/time.ts'
import type { Plan } from '../plan/plan.ts'
import type { RunResult, ScenarioResult, Verdict } from '../verdict/verdict.ts'
import { costOf } from './cost.ts'
import { expectationLines, runExpectationText, standingOf } from './expected-words.ts'
import { failureText } from './failure-text.ts'
import { momentText } from './figures.ts'
import { type Headline, headlineOf } from './headline.ts'
import { plainText } from './plain-text.ts'
import { switchTexts } from './repeat-command.ts'
import type { RunReporter } from './run-reporter.ts'
import { TimeLeft, type TimeRange, timeLeftText } from './time-left.ts'
import { topologyLines } from './topology-text.ts'
import { answersOf, durationText, notTestedInShort, subjectOf } from './words.ts'

/** Where a terminal reporter writes: standard error, or a collector in tests. */
export interface TextStream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
}

export interface TerminalOptions {
  readonly stream: TextStream
  readonly color: boolean
  /** By which the time left is told, on a terminal; without it, none is. */
  readonly clock?: Pick<Clock, 'monotonic'>
}

type Colors = ReturnType<typeof picocolors.createColors>

/** Whether to colour: NO_COLOR forbids it, FORCE_COLOR asks for it, otherwise a terminal does. */
export function wantsColor(
  environment: Readonly<Record<string, string | undefined>>,
  stream: Pick<TextStream, 'isTTY'>,
): boolean {
  if (environment.NO_COLOR) return false
  return Boolean(environment.FORCE_COLOR) || stream.isTTY === true
}

/** Progress and the final screen of a run, for people. */
export function terminalReporter({ stream, color, clock }: TerminalOptions): RunReporter {
  const colors = picocolors.createColors(color)
  const live = stream.isTTY === true
  const pace = clock === undefined ? undefined : runPace(clock)
  const print = (text: string): void => {
    stream.write(`${live ? clearLine : ''}${text}\n`)
  }
  return {
    planned: (plan, outFolder) => {
      pace?.planned(plan.scenarios)
      print(planText(plan, outFolder, colors))
    },
    scenarioStarted: (id, claim, index, count) => {
      pace?.started()
      print(`${colors.dim(`[${index + 1}/${count}]`)} ${colors.bold(id)}  ${plainText(claim)}`)
    },
    progress: (_id, { text, operations }) => {
      if (!live) return
      const left = pace?.left()
      const time = left === undefined ? '' : `${timeLeftText(left)}, `
      const line = `      ${time}${operations} operations, ${plainText(text)}`
      stream.write(`${clearLine}${line.slice(0, (stream.columns ?? 80) - 1)}`)
    },
    scenarioEnded: (result) => {
      pace?.ended(result)
      print(scenarioText(result, colors))
    },
    ended: (result, outFolder) => {
      print(finalText(result, outFolder, colors))
    },
  }
}

interface RunPace {
  planned(scenarios: readonly string[]): void
  started(): void
  ended(result: ScenarioResult): void
  left(): TimeRange | undefined
}

/** How long the rest of a run may take, by the scenarios of it that are done. */
function runPace(clock: Pick<Clock, 'monotonic'>): RunPace {
  const timeLeft = new TimeLeft()
  let waiting: readonly string[] = []
  let since = clock.monotonic()
  return {
    planned: (scenarios) => {
      waiting = scenarios
    },
    started: () => {
      since = clock.monotonic()
    },
    ended: ({ id, verdict }) => {
      // What was skipped took no time, and says nothing of what will take some.
      if (verdict !== 'skipped') timeLeft.done(id, toMillis(clock.monotonic() - since))
      waiting = waiting.slice(1)
    },
    left: () => timeLeft.left(waiting, toMillis(clock.monotonic() - since)),
  }
}

/** To the start of the line, and clear it. */
export const clearLine = '\r\u001b[2K'

function planText(plan: Plan, outFolder: string, colors: Colors): string {
  const switches = switchTexts(plan.switches)
  const rows = [
    `SEED=${plan.seed} target=${plan.target} world=${plan.world}${storageWord(plan)}${proxyWord(plan)}${plan.pinned ? ' pinned' : ''}`,
    `plan   ${JSON.stringify({ ...plan.cryptography, ...plan.replication, ...plan.limits })}`,
    ...(plan.world === 'sim'
      ? [
          `sim    ${JSON.stringify(plan.simulation)}`,
          'time   virtual in the sim world; only what a scenario "took" is real time',
        ]
      : []),
    ...(plan.topology === undefined ? [] : topologyLines(plan.topology)),
    ...(plan.mutants.length > 0 ? [`mutant ${plan.mutants.join(', ')}`] : []),
    ...(switches.length > 0 ? [`switch ${switches.join(', ')}`] : []),
    `report ${outFolder}`,
  ]
  return rows.map((row) => colors.dim(plainText(row))).join('\n')
}

function proxyWord({ world, proxy, attach }: Plan): string {
  if (world !== 'container') return ''
  return ` proxy=${proxy}${attach === undefined ? '' : ` attach=${attach}`}`
}

function storageWord({ storage }: Plan): string {
  return storage === 'memory' ? '' : ` storage=${storage}`
}

function scenarioText(result: ScenarioResult, colors: Colors): string {
  const standing = standingOf(result)
  const word = paint(standing, colors)
  const head = `      ${word} ${colors.dim(`(took ${durationText(result.durationMillis)})`)}`
  if (standing === 'pass' || standing === 'skipped' || standing === 'expected') {
    const cost = costOf(result)
    const notes = [...(cost === '' ? [] : [cost]), ...expectationLines(result)]
    const below = notes.map((note) => `\n           ${colors.dim(plainText(note))}`)
    return `${head} ${plainText(result.reason)}${below.join('')}`
  }
  const lines = failureText(result)
    .split('\n')
    .map((line) => `        ${plainText(line)}`)
  return [head, ...lines].join('\n')
}

/** The first screen of the report, as text. */
export function finalText(result: RunResult, outFolder: string, colors: Colors): string {
  const worst = headlineOf(result)
  const known = runExpectationText(result)
  const again = worthRepeating(result, worst?.scenario)
  return [
    '',
    `Tested: ${plainText(subjectOf(result))}`,
    answersOf(result)
      .map(({ question, answer }) => `${question} ${colors.bold(answer)}`)
      .join('   '),
    ...(result.objectives ?? []).map(
      ({ objective, verdict, reason }) =>
        `Claimed: ${plainText(objective)}  ${paint(verdict, colors)}  ${colors.dim(plainText(reason))}`,
    ),
    ...(known === undefined ? [] : [`Expected results: ${plainText(known)}`]),
    ...(worst === undefined ? [] : [`Worst finding: ${plainText(whenAndWhere(worst))}`]),
    ...notTestedInShort(result).map(({ what, reason }) =>
      colors.dim(`Not tested: ${plainText(what)} (${plainText(reason)})`),
    ),
    ...(result.leftovers.length === 0
      ? []
      : [`Left behind: ${plainText(result.leftovers.join('; '))}. Run: interregnum recover`]),
    ...(again === undefined ? [] : [`Repeat: ${plainText(again.repeat)}`]),
    `Report: ${plainText(outFolder)}/report.html`,
    `Verdict: ${paint(result.verdict, colors)}`,
  ].join('\n')
}

/** The scenario of the worst finding; without one, what failed, or could not be decided. */
function worthRepeating({ scenarios }: RunResult, worst: string | undefined) {
  const of = (standing: string) => scenarios.find((one) => standingOf(one) === standing)
  return scenarios.find(({ id }) => id === worst) ?? of('fail') ?? of('inconclusive')
}

/** The sentence of a headline, with the first time and place of it. */
function whenAndWhere({ sentence, finding, scenario }: Headline): string {
  return `${sentence} (first at ${momentText(finding.at)} of ${scenario}, ${finding.region})`
}

function paint(verdict: Verdict | 'expected', colors: Colors): string {
  const by = {
    pass: colors.green,
    fail: colors.red,
    inconclusive: colors.yellow,
    skipped: colors.dim,
    expected: colors.cyan,
  }
  return colors.bold(by[verdict](verdict))
}
