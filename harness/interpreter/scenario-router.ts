import type { Clock } from '../kernel/clock.ts'
import { type Micros, millis } from '../kernel/time.ts'
import type { ScenarioRouter } from '../scenario/context.ts'
import type { RunningNode } from '../target/contract.ts'

const pollMicros = millis(5)

/** The global endpoint as a script sees it; where it leads is asked over its control channel. */
export function scenarioRouter(
  { name, control }: RunningNode,
  clock: Clock,
  signal: AbortSignal,
): ScenarioRouter {
  return {
    name,
    leadsTo: async (region: string, within: Micros) => {
      const deadline = clock.monotonic() + within
      for (;;) {
        const status = (await control.command('status', null)) as { readonly serving?: string }
        if (status.serving === region) return true
        if (clock.monotonic() >= deadline) return false
        await clock.sleep(pollMicros, signal)
      }
    },
  }
}
