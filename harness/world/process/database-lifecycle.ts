import type { Clock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/json.ts'
import { millis } from '../../kernel/time.ts'
import { signalProcess } from '../../ledger/process-identity.ts'
import type { ObservedProcess } from '../../ledger/process-observation.ts'
import { processTable } from '../../ledger/process-table.ts'
import type { RegionLifecycle, RegionState } from '../../target/contract.ts'
import { endFamily } from './family.ts'
import type { SoftwareLife } from './software-life.ts'

/** The Region whose database it is. */
export interface DatabaseSubject {
  readonly name: string
  readonly clock: Clock
  life(): SoftwareLife | undefined
  /** Asks the Region over its control channel. */
  command(name: string): Promise<Json>
}

/** How long the operating system may take to show that a signal took effect. */
const signalMillisMax = 5_000
const lookMillis = 2

/**
 * The database servers of a Region without the Region: the processes that it started, as the
 * process table shows them.
 */
export function databaseLifecycle(subject: DatabaseSubject): RegionLifecycle {
  const { name, clock } = subject
  const processes = async (
    which: 'children' | 'descendants',
  ): Promise<readonly ObservedProcess[]> => {
    const region = subject.life()
    if (region === undefined || region.gone || region.identity === undefined) return []
    return processTable()[which](region.identity.pid)
  }
  const observe = async (): Promise<RegionState> => stateOf(await processes('children'))
  const reach = async (state: RegionState, signal: NodeJS.Signals): Promise<void> => {
    // The leaders first: whoever is paused starts no further one.
    for (const which of ['children', 'descendants'] as const) {
      for (const one of await processes(which)) await signalProcess(one, signal)
    }
    const deadline = clock.monotonic() + millis(signalMillisMax)
    while ((await observe()) !== state) {
      if (clock.monotonic() > deadline) {
        throw new WorldError(`the database of ${name} is not ${state} after ${signal}`)
      }
      await clock.sleep(millis(lookMillis))
    }
  }
  return {
    observe,
    crash: async () => endFamily(await processes('descendants'), clock),
    start: async () => {
      await subject.command('start-database')
    },
    pause: () => reach('paused', 'SIGSTOP'),
    resume: () => reach('running', 'SIGCONT'),
  }
}

function stateOf(servers: readonly ObservedProcess[]): RegionState {
  if (servers.length === 0) return 'stopped'
  return servers.every(({ state }) => state === 'paused') ? 'paused' : 'running'
}
