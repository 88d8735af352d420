import type { EventLine } from '../../history/line.ts'
import type { Choices } from './choices.ts'
import { HistoryBuilder, lossOfPrimary, primary, replica } from './history-builder.ts'

interface Waiting {
  readonly operation: string
  readonly process: number
}

/** A random history of probes at open arrivals around the loss of a Region. */
export function randomProbes(choices: Choices): readonly EventLine[] {
  const builder = new HistoryBuilder()
  const waiting: Waiting[] = []
  let process = 0
  const answer = (failing: number): void => {
    const [probe] = waiting.splice(choices.below(Math.min(3, waiting.length)), 1)
    if (probe === undefined) return
    const type = choices.chance(failing) ? choices.pick(['fail', 'info'] as const) : 'ok'
    builder.complete(probe.operation, { type })
  }
  const probes = (count: number, failing: number): void => {
    for (let sent = 0; sent < count; sent += 1) {
      process += 1
      const region = choices.pick([primary, replica])
      const options = { process, region, purpose: 'probe', function: 'sign-in' } as const
      waiting.push({ process, operation: builder.invoke('u1', options) })
      builder.wait(choices.below(5))
      while (waiting.length > 0 && choices.chance(75)) answer(failing)
    }
  }
  builder.route(primary, null)
  probes(choices.below(8), 5)
  builder.fault('fault1', 'apply', lossOfPrimary)
  probes(choices.below(25), choices.pick([0, 50]))
  builder.fault('fault1', 'verified', lossOfPrimary)
  probes(choices.below(8), 80)
  if (choices.chance(90)) builder.route(replica, primary)
  probes(choices.below(10), 50)
  probes(choices.below(50), choices.pick([0, 1, 4]))
  if (choices.chance(15)) probes(1, 100)
  while (waiting.length > 0 && choices.chance(95)) answer(0)
  return builder.end()
}
