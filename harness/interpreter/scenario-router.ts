import type { RegionName } from '../history/operation.ts'
import type { Clock } from '../kernel/clock.ts'
import { millis } from '../kernel/time.ts'
import type { ScenarioRouter } from '../scenario/context.ts'
import type { RunningNode } from '../target/contract.ts'
import type { Recorder } from './recorder.ts'

const pollMicros = millis(5)

export interface ScenarioRouterOptions {
  /** Where it leads at first. */
  readonly primary: RegionName
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly record: Recorder['record']
}

/**
 * The global endpoint as a script sees it. Where it leads is asked over its control channel; a
 * change that is seen stands in the history as a switch of the clients.
 */
export function scenarioRouter(
  { name, control }: RunningNode,
  { primary, clock, signal, record }: ScenarioRouterOptions,
): ScenarioRouter {
  let previous = primary
  const serving = async (): Promise<RegionName> => {
    const { serving: region = previous } = (await control.command('status', null)) as {
      readonly serving?: RegionName
    }
    if (region !== previous) record({ type: 'route', region, previous })
    previous = region
    return region
  }
  return {
    name,
    leadsTo: async (region, within) => {
      const deadline = clock.monotonic() + within
      while ((await serving()) !== region) {
        if (clock.monotonic() >= deadline) return false
        await clock.sleep(pollMicros, signal)
      }
      return true
    },
  }
}
