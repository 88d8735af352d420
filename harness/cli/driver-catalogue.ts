import { systemClock } from '../kernel/clock.ts'
import { commandWords } from '../kernel/command-words.ts'
import { UsageError } from '../kernel/errors.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { openRun } from '../ledger/run-guard.ts'
import { type DriverDescription, describeDriver } from '../target/driver/describe-driver.ts'
import { driverTarget } from '../target/driver/driver-target.ts'
import { programStarter } from '../world/process/start-program.ts'
import type { Catalogue } from './catalogue.ts'

/** What names a target or a driver on the command line. */
interface TargetFlags {
  readonly target?: string
  readonly driver?: string
}

/**
 * The words of the driver that flags or configuration name; undefined where a target of the
 * registry performs the operations.
 *
 * @throws UsageError if both are named in one place, or a quotation does not end.
 */
export function driverCommand(
  { target, driver }: TargetFlags,
  { config, configFile }: Pick<Catalogue, 'config' | 'configFile'>,
): readonly string[] | undefined {
  if (driver !== undefined) {
    if (target === undefined) return driverWords(driver, '"--driver"')
    throw new UsageError('"--driver" and "--target" exclude each other: a driver is the target')
  }
  if (target !== undefined || config.driver === undefined) return undefined
  if (config.target === undefined) return config.driver.command
  throw new UsageError(`${configFile}: "driver" and "target" exclude each other`)
}

/** The words of a command line. @throws UsageError naming what is wrong with it. */
export function driverWords(line: string, field: string): readonly string[] {
  const words = commandWords(line)
  if (words === undefined) throw new UsageError(`${field}: a quotation does not end: ${line}`)
  if (words[0] === undefined || words[0] === '') {
    throw new UsageError(`${field} names no program`, { hint: 'write "python3 driver.py"' })
  }
  return words
}

/** The catalogue with the target that a driver makes; it is started once to say what it is. */
export async function withDriver(
  catalogue: Catalogue,
  command: readonly string[],
): Promise<Catalogue> {
  const description = await describedBy(command)
  const { targets } = catalogue.registries
  if (targets.some(({ name }) => name === description.name)) {
    throw new UsageError(`the driver calls itself ${description.name}, as a target of ours does`)
  }
  const target = driverTarget({ command, description })
  return {
    ...catalogue,
    registries: { ...catalogue.registries, targets: [...targets, target] },
    driver: { command, target: target.name },
  }
}

/** What a driver says of itself, asked under the watch of a ledger. */
async function describedBy(command: readonly string[]): Promise<DriverDescription> {
  return underWatch((ledger) => {
    const clock = systemClock()
    return describeDriver({ command, clock, startProgram: programStarter({ ledger, clock }) })
  })
}

/** Whatever becomes of this process meanwhile, what `work` starts is ended. */
export async function underWatch<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
  const guard = await openRun()
  try {
    return await work(guard.ledger)
  } finally {
    await guard.close()
  }
}
