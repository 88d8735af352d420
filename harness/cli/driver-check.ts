import { systemClock } from '../kernel/clock.ts'
import { exitCodes } from '../kernel/errors.ts'
import { toolVersion } from '../kernel/version.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Plan } from '../plan/plan.ts'
import { resolvePlan } from '../plan/resolve.ts'
import { plainText } from '../report/plain-text.ts'
import { describeDriver } from '../target/driver/describe-driver.ts'
import { driverTarget } from '../target/driver/driver-target.ts'
import { processWorld } from '../world/process/process-world.ts'
import { programStarter } from '../world/process/start-program.ts'
import { remoteWorld } from '../world/remote/remote-world.ts'
import { driverWords, underWatch } from './driver-catalogue.ts'
import { tryDriver } from './driver-checks.ts'
import { type DriverCheckResult, DriverTrial } from './driver-trial.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

/** The document that `driver check --json` prints. */
export interface DriverCheckDocument {
  readonly name: string
  readonly checks: readonly DriverCheckResult[]
  readonly notTried: readonly string[]
  /** What a person should know besides. */
  readonly notes: readonly string[]
}

/** The flags of `interregnum driver check`. */
export interface DriverCheckFlags {
  /** A YAML file: somebody's system; absent: two Regions of the reference. */
  readonly topology?: string
}

/**
 * `interregnum driver check`: a driver on two Regions, those of the reference or of a topology,
 * function by function and in bad weather.
 */
export async function driverCheck(
  line: string,
  flags: DriverCheckFlags,
  around: Surroundings,
): Promise<CommandResult> {
  const command = driverWords(line, '"<command>"')
  const topology = await topologyOf(flags, around)
  const document = await underWatch((ledger) => checked({ command, topology, ledger }))
  const passed = document.checks.every((check) => check.passed)
  around.signal.throwIfAborted()
  return {
    document,
    text: checkText(document),
    exitCode: passed ? exitCodes.pass : exitCodes.fail,
  }
}

/** A reader of YAML is loaded by whoever needs one. */
async function topologyOf({ topology }: DriverCheckFlags, { folder }: Surroundings) {
  if (topology === undefined) return undefined
  const { loadTopology } = await import('./topology-file.ts')
  return loadTopology(topology, folder)
}

interface Checked {
  readonly command: readonly string[]
  readonly topology: Plan['topology']
  readonly ledger: Ledger
}

async function checked({ command, topology, ledger }: Checked): Promise<DriverCheckDocument> {
  const clock = systemClock()
  const startProgram = programStarter({ ledger, clock })
  const description = await describeDriver({ command, startProgram, clock })
  const driver = { command, description }
  const { name, capabilities } = description
  const plan = resolvePlan(
    {
      ...{ scenarios: ['driver-check'], target: name, driver: { command: [...command] } },
      ...(topology === undefined ? {} : { world: 'remote', topology }),
    },
    { tool: toolVersion(), targets: [name], scenarios: ['driver-check'], mutants: [] },
  )
  const target = driverTarget(driver)
  await target.configured?.(plan)
  const world = topology === undefined ? processWorld : remoteWorld
  await using stack = await world({ plan, ledger, clock }).start(await target.topology(plan))
  const trial = await DriverTrial.begin({ plan, stack, driver, startProgram, ledger })
  try {
    trial.note('says hello, and says the same again', undefined)
    trial.note('prepares', undefined)
    await tryDriver(trial)
  } finally {
    await trial.close()
  }
  return {
    name,
    checks: trial.results,
    notTried: capabilities.functions.filter((one) => !trial.tried.has(one)),
    notes: trial.notes,
  }
}

function checkText({ name, checks, notTried, notes }: DriverCheckDocument): string {
  const failed = checks.filter(({ passed }) => !passed).length
  const rest =
    notTried.length === 0 ? [] : [`Declared, but not tried here: ${notTried.join(', ')}.`]
  return [
    ...checks.map(({ name: what, passed, reason }) =>
      passed ? `  ok      ${what}` : `  NOT OK  ${what}: ${plainText(reason ?? '')}`,
    ),
    ...rest,
    ...notes,
    `${plainText(name)}: ${checks.length - failed} of ${checks.length} checks passed`,
  ].join('\n')
}
