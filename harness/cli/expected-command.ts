import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { systemWallClock } from '../kernel/clock.ts'
import { dayAfter } from '../kernel/day.ts'
import { exitCodes, UsageError } from '../kernel/errors.ts'
import { type ExpectedEntry, expectedEntry } from '../plan/expected-results.ts'
import { plainText } from '../report/plain-text.ts'
import { readStoredRun } from '../report/stored-run.ts'
import { interruptedText } from '../verdict/run-health.ts'
import type { RunResult, ScenarioResult } from '../verdict/verdict.ts'
import { planOfRun } from './beside-expected.ts'
import { expectedCountText } from './expected-results.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

/** The flags of `interregnum expected write`. */
export interface ExpectedWriteFlags {
  readonly out?: string
  readonly reason?: string
  readonly until?: string
}

/** Half a year: long enough to mend, short enough to be looked at again. */
const acceptedDays = 180

/** An entry with what a person wants to know who fills in its reason. */
interface WrittenEntry extends ExpectedEntry {
  readonly seen?: string
}

/**
 * `interregnum expected write`: the file of expected results that a stored run would pass beside.
 * Entries of the run's own file stay as they are, but for those that are healed; what is new has
 * the reason and the day of the flags. A reason that is left empty is refused when it is used.
 *
 * @throws UsageError if the folder is no run, or one that was interrupted, if the day is none, or
 * the file is there already.
 */
export async function expectedWrite(
  path: string,
  flags: ExpectedWriteFlags,
  around: Surroundings,
): Promise<CommandResult> {
  const folder = resolve(around.folder, path)
  const run = readStoredRun(folder)
  const planned = planOfRun(folder)
  refuseUnfinished(run, planned?.scenarios ?? [])
  const until = flags.until ?? dayAfter(systemWallClock(), acceptedDays)
  if (!expectedEntry.shape.until.safeParse(until).success) {
    throw new UsageError(`"--until" is ${JSON.stringify(until)}; expected a day: 2027-05-01`)
  }
  const given = { reason: flags.reason ?? '', until }
  const entries = [
    ...(planned?.expected?.entries ?? []).filter((entry) => !isSettled(entry, run)),
    ...run.scenarios.flatMap((scenario) => newOf(scenario, run, given)),
  ]
  const text = await yamlText(run, entries)
  if (flags.out !== undefined) writeNew(resolve(around.folder, flags.out), text)
  const withoutReason = entries.filter(({ reason }) => reason.trim() === '').length
  const told = `${expectedCountText(entries.length)}, ${withoutReason} without a reason`
  return {
    document: {
      file: flags.out ?? null,
      entries: entries.length,
      withoutReason,
      healed: run.expected?.healed ?? 0,
    },
    text: flags.out === undefined ? text.trimEnd() : plainText(`${flags.out}: ${told}`),
    exitCode: exitCodes.pass,
  }
}

/** What a run did not get to may be broken: its file would say that nothing is. */
function refuseUnfinished({ scenarios }: RunResult, planned: readonly string[]): void {
  const unfinished = [
    ...scenarios.filter((one) => one.undermined === interruptedText).map(({ id }) => id),
    ...planned.filter((id) => !scenarios.some((one) => one.id === id)),
  ]
  const [first] = unfinished
  if (first === undefined) return
  const more = unfinished.length === 1 ? '' : ` and ${unfinished.length - 1} more`
  const were = unfinished.length === 1 ? 'was' : 'were'
  throw new UsageError(
    `the run was interrupted: ${first}${more} ${were} not run to ${were === 'was' ? 'its' : 'their'} end`,
    { hint: 'write the file from a run that came to its end' },
  )
}

/** Whether the run showed that an entry is healed, or expired, so that it is written anew. */
function isSettled(entry: ExpectedEntry, { scenarios }: RunResult): boolean {
  const known = scenarios.find(({ id }) => id === entry.scenario)?.expected.known ?? []
  return known.some(
    (one) =>
      (one.state === 'healed' || one.state === 'expired') &&
      one.rule === entry.rule &&
      one.measurement === entry.measurement &&
      one.finding === entry.finding &&
      one.until === entry.until &&
      one.reason === entry.reason,
  )
}

/** What is broken and not expected: one entry for each measurement of each rule. */
function newOf(
  scenario: ScenarioResult,
  run: RunResult,
  given: Pick<ExpectedEntry, 'reason' | 'until'>,
): readonly WrittenEntry[] {
  return brokenOf(scenario).map(({ rule, measurement }) => {
    const found = scenario.findings.find((one) => one.measurement === measurement)
    return {
      scenario: scenario.id,
      ...(rule === undefined ? {} : { rule }),
      measurement,
      ...switchesOf(run),
      ...given,
      ...(found === undefined ? {} : { seen: found.message }),
    }
  })
}

interface Broken {
  readonly rule?: string
  readonly measurement: string
}

function brokenOf({ requirements, objectives = [], expected }: ScenarioResult): readonly Broken[] {
  if (expected.unexpected !== undefined) return expected.unexpected
  const rules = requirements.flatMap(({ id, judgements }) =>
    judgements
      .filter(({ verdict }) => verdict === 'fail')
      .map(({ measurement }): Broken => ({ rule: id, measurement })),
  )
  return [...rules, ...objectives.filter(({ verdict }) => verdict === 'fail')]
}

/** What the run chose differs from what the target documents of itself, and so may the finding. */
function switchesOf({ switches }: RunResult): Pick<ExpectedEntry, 'switches'> {
  return Object.keys(switches).length === 0 ? {} : { switches: { ...switches } }
}

/** The file as text; what was seen stands as a comment over its entry. */
async function yamlText(run: RunResult, entries: readonly WrittenEntry[]): Promise<string> {
  const { stringify } = await import('yaml')
  const head = [
    `# Expected results of ${run.target}, written from a run with seed ${run.seed} in the`,
    `# ${run.world} world. Each entry needs the reason why it is accepted, and for how long.`,
    `target: ${run.target}`,
    'expected:',
  ]
  const items = entries.map(({ seen, ...entry }) => {
    const comment = seen === undefined ? [] : [`# ${plainText(seen).replace(/\s+/g, ' ')}`]
    const lines = stringify(entry, { lineWidth: 100 }).trimEnd().split('\n')
    return [...comment, ...lines.map((line, index) => `${index === 0 ? '- ' : '  '}${line}`)]
  })
  const body = items.map((lines) => lines.map((line) => `  ${line}`).join('\n'))
  return entries.length === 0
    ? `${head.slice(0, 3).join('\n')}\nexpected: []\n`
    : `${head.join('\n')}\n${body.join('\n')}\n`
}

function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`"--out": ${path} cannot be written: ${why}`, {
      cause: error,
      hint: 'name a new file; one that is there is never overwritten',
    })
  }
}
