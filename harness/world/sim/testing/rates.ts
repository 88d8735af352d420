import { runInSim } from '../run-in-sim.ts'
import { simWorld } from '../sim-world.ts'
import { getRequest, putRequest, toyPlan, toyTopology } from './toy-region.ts'

/** What a measured run did, and how long it took in real time. */
export interface MeasuredRate {
  readonly count: number
  readonly seconds: number
  readonly perSecond: number
}

/** Events of the scheduler alone: processes that sleep and do nothing else. */
export function measureScheduler(events: number, processes = 100): Promise<MeasuredRate> {
  return measure(async () => {
    const outcome = await runInSim({ seed: 1 }, async ({ clock }) => {
      const loop = async (process: number): Promise<void> => {
        for (let round = 0; round < events / processes; round += 1) {
          await clock.sleep(process + (round % 7))
        }
      }
      await Promise.all(Array.from({ length: processes }, (_, process) => loop(process)))
    })
    return outcome.events
  })
}

/**
 * Requests of clients to a toy Region whose every write is synced and shipped to a replica: all
 * that the sim world itself costs, with a deadline on each request.
 */
export function measureToyWorld(requests: number, processes = 20): Promise<MeasuredRate> {
  return measure(async () => {
    await runInSim({ seed: 1 }, async ({ clock }) => {
      await using stack = await simWorld({ plan: toyPlan }).start(toyTopology())
      const client = async (process: number): Promise<void> => {
        for (let round = 0; round < requests / processes; round += 1) {
          const key = `${process}-${round % 50}`
          await clock.sleep(100_000)
          const request = round % 2 === 0 ? putRequest(key, 'x'.repeat(300)) : getRequest(key)
          await stack.regions[0]?.http.send(request, clock.timeout(1_500_000))
        }
      }
      await Promise.all(Array.from({ length: processes }, (_, process) => client(process)))
    })
    return requests
  })
}

async function measure(work: () => Promise<number>): Promise<MeasuredRate> {
  const began = process.hrtime.bigint()
  const count = await work()
  const seconds = Number(process.hrtime.bigint() - began) / 1e9
  return { count, seconds, perSecond: Math.round(count / seconds) }
}
