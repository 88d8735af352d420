import { systemClock } from '../kernel/clock.ts'
import { exitCodes } from '../kernel/errors.ts'
import { toolVersion } from '../kernel/version.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { resolvePlan } from '../plan/resolve.ts'
import { plainText } from '../report/plain-text.ts'
import { describeDriver } from '../target/driver/describe-driver.ts'
import { driverTarget } from '../target/driver/driver-target.ts'
import { processWorld } from '../world/process/process-world.ts'
import { programStarter } from '../world/process/start-program.ts'
import { driverWords, underWatch } from './driver-catalogue.ts'
import { tryDriver } from './driver-checks.ts'
import { type DriverCheckResult, DriverTrial } from './driver-trial.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

/** The document that `driver check --json` prints. */
export interface DriverCheckDocument {
  readonly name: string
  readonly checks: readonly DriverCheckResult[]
  readonly notTried: readonly string[]
}

/**
 * `interregnum driver check`: a driver on two Regions of the reference, function by function and in
 * bad weather.
 */
export async function driverCheck(line: string, around: Surroundings): Promise<CommandResult> {
  const command = driverWords(line, '"<command>"')
  const document = await underWatch((ledger) => checked(command, ledger))
  const passed = document.checks.every((check) => check.passed)
  around.signal.throwIfAborted()
  return {
    document,
    text: checkText(document),
    exitCode: passed ? exitCodes.pass : exitCodes.fail,
  }
}

async function checked(command: readonly string[], ledger: Ledger): Promise<DriverCheckDocument> {
  const clock = systemClock()
  const startProgram = programStarter({ ledger, clock })
  const description = await describeDriver({ command, startProgram, clock })
  const driver = { command, description }
  const { name, capabilities } = description
  const plan = resolvePlan(
    { scenarios: ['driver-check'], target: name, driver: { command: [...command] } },
    { tool: toolVersion(), targets: [name], scenarios: ['driver-check'], mutants: [] },
  )
  const topology = await driverTarget(driver).topology(plan)
  await using stack = await processWorld({ plan, ledger, clock }).start(topology)
  const trial = await DriverTrial.begin({ plan, stack, driver, startProgram })
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
  }
}

function checkText({ name, checks, notTried }: DriverCheckDocument): string {
  const failed = checks.filter(({ passed }) => !passed).length
  const rest =
    notTried.length === 0 ? [] : [`Declared, but not tried here: ${notTried.join(', ')}.`]
  return [
    ...checks.map(({ name: what, passed, reason }) =>
      passed ? `  ok      ${what}` : `  NOT OK  ${what}: ${plainText(reason ?? '')}`,
    ),
    ...rest,
    `${plainText(name)}: ${checks.length - failed} of ${checks.length} checks passed`,
  ].join('\n')
}
