import { exitCodes } from '../kernel/errors.ts'
import { diagnose } from '../ledger/doctor.ts'
import type { EnginePresence } from '../ledger/engine.ts'
import { recover } from '../ledger/recover.ts'
import { openRun, type RunGuard } from '../ledger/run-guard.ts'
import { plainText } from '../report/plain-text.ts'
import { missingFaults, triedFaults } from '../world/missing-faults.ts'
import { knownStacks } from './stack-record.ts'
import type { CommandResult } from './surroundings.ts'

/**
 * `interregnum doctor`: exit code 3 where there is something to recover.
 *
 * @param flags - `faults`: also tries which faults this machine can inject.
 */
export async function doctorCommand(
  flags: { readonly faults?: boolean } = {},
): Promise<CommandResult> {
  const found = await diagnose()
  const runs = found.runs.map(({ ledger: _ledger, ...run }) => run)
  const tried = flags.faults === true ? await tryFaults(found.engine) : undefined
  const diagnosis = { ...found, runs, ...(tried === undefined ? {} : { faults: tried }) }
  const alive = diagnosis.runs.filter((run) => run.state === 'alive').length
  const text = [
    `state folder: ${diagnosis.stateFolder}`,
    `runs at work: ${alive}`,
    engineText(diagnosis.engine),
    ...(tried ?? []).map(faultText),
    ...(await knownStacks())
      .filter(({ state }) => state === 'up')
      .map(({ runId }) => `stack ${runId} is up; \`interregnum stack down\` takes it down`),
    ...(diagnosis.clean
      ? ['nothing was left behind']
      : [
          ...diagnosis.problems.map((line) => `- ${line}`),
          'Run `interregnum recover` to clean up.',
        ]),
  ]
  return {
    document: diagnosis,
    text: text.map(plainText).join('\n'),
    exitCode: diagnosis.clean ? exitCodes.pass : exitCodes.leftover,
  }
}

/** One fault in one world, as this machine shows it. */
interface TriedFault {
  readonly fault: string
  readonly world: 'process' | 'container'
  readonly possible: boolean
  readonly reason?: string
}

/** In a run of its own: what is made for it stands in a ledger and is removed. */
async function tryFaults({ version, missing }: EnginePresence): Promise<readonly TriedFault[]> {
  const guard = await openRun()
  try {
    const tried: TriedFault[] = []
    for (const world of ['process', 'container'] as const) {
      const names = triedFaults[world]
      const why =
        world === 'container' && version === undefined
          ? new Map(names.map((name) => [name, `there is no engine (${missing ?? 'unknown'})`]))
          : await reasons(world, names, guard)
      for (const fault of names) {
        const reason = why.get(fault)
        const possible = reason === undefined
        tried.push({ fault, world, possible, ...(reason === undefined ? {} : { reason }) })
      }
    }
    return tried
  } finally {
    await guard.close()
  }
}

/** Where not even the trial can be set up, that is the reason of all. */
async function reasons(
  world: 'process' | 'container',
  names: readonly string[],
  { ledger }: RunGuard,
): Promise<ReadonlyMap<string, string>> {
  return missingFaults(world, new Set(names), ledger).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    return new Map(names.map((name) => [name, reason]))
  })
}

function faultText({ fault, world, reason }: TriedFault): string {
  const what = `fault ${fault} in the ${world} world`
  return reason === undefined ? `${what}: possible` : `${what}: not possible: ${reason}`
}

function engineText({ address, version, apiVersion, missing }: EnginePresence): string {
  if (version === undefined) return `container engine: none (${missing ?? 'unknown'})`
  return `container engine: ${version}, API ${apiVersion ?? 'unknown'}, at ${address}`
}

/** `interregnum recover`: exit code 3 where something could not be removed. */
export async function recoverCommand(flags: {
  readonly elsewhere?: boolean
}): Promise<CommandResult> {
  const recovery = await recover(flags.elsewhere === true ? { elsewhere: true } : {})
  const text = recovery.recovered.flatMap(({ runId, removed, remaining }) => [
    ...(removed.length === 0 ? [] : [`run ${runId}: removed ${removed.join(', ')}`]),
    ...(removed.length + remaining.length === 0 ? [`run ${runId}: nothing was left`] : []),
    ...remaining.map((sentence) => `run ${runId}: still there: ${sentence}`),
  ])
  const untouched = recovery.untouched.map(({ runId, state }) => `run ${runId} is ${state}: kept`)
  const lines = [...text, ...untouched]
  return {
    document: recovery,
    text: (lines.length === 0 ? ['nothing to recover'] : lines).map(plainText).join('\n'),
    exitCode: recovery.clean ? exitCodes.pass : exitCodes.leftover,
  }
}
