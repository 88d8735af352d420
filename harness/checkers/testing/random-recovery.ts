import type { EventLine, FaultEffect } from '../../history/line.ts'
import type { OperationFunction } from '../../history/operation.ts'
import type { Choices } from './choices.ts'
import { HistoryBuilder, lossOfPrimary, primary, replica } from './history-builder.ts'

const effects: readonly (readonly FaultEffect[])[] = [
  lossOfPrimary,
  [{ effect: 'region-degraded', region: primary }],
  [{ effect: 'region-degraded', region: replica }],
  [{ effect: 'region-unavailable', region: replica }],
]
const functions: readonly OperationFunction[] = ['sign-in', 'machine-sign-in', 'visit']

/** A random history of recovery probes by two populations around faults of Regions. */
export function randomRecovery(choices: Choices): readonly EventLine[] {
  const builder = new HistoryBuilder()
  const waiting: string[] = []
  let process = 0
  const answer = (failing: number): void => {
    const [operation] = waiting.splice(choices.below(Math.min(3, waiting.length)), 1)
    if (operation === undefined) return
    if (!choices.chance(failing)) builder.complete(operation)
    else if (choices.chance(15)) builder.complete(operation, { type: 'fail', meaning: 'gated' })
    else builder.complete(operation, { type: choices.pick(['fail', 'info'] as const) })
  }
  const probes = (count: number, failing: number): void => {
    for (let sent = 0; sent < count; sent += 1) {
      process += 1
      const operation = builder.invoke('u1', {
        process,
        region: choices.pick([primary, replica, 'shop']),
        purpose: choices.chance(95) ? 'recovery-probe' : 'probe',
        population: choices.pick(['sdk', 'sdk', 'sdk', 'machine']),
        function: choices.pick(functions),
        ...(process > 1 && choices.chance(30) ? { retryOf: `op${process - 1}` } : {}),
      })
      waiting.push(operation)
      builder.wait(choices.pick([0, 3, 2_000]))
      while (waiting.length > 0 && choices.chance(75)) answer(failing)
    }
  }
  builder.route(primary, null)
  probes(choices.below(6), 5)
  const first = choices.pick(effects)
  builder.fault('fault1', 'apply', first)
  probes(choices.below(10), choices.pick([0, 50]))
  if (choices.chance(95)) builder.fault('fault1', 'verified', first)
  probes(choices.below(8), choices.pick([0, 80]))
  if (choices.chance(20)) builder.heal('fault1', first)
  const second = choices.pick(effects)
  if (choices.chance(20)) builder.strike('fault2', second)
  if (choices.chance(80)) builder.route(replica, primary)
  probes(choices.below(10), 50)
  probes(choices.below(60), choices.pick([0, 1, 4]))
  if (choices.chance(15)) probes(1, 100)
  if (choices.chance(20)) builder.route(primary, replica)
  while (waiting.length > 0 && choices.chance(95)) answer(0)
  return builder.end()
}
