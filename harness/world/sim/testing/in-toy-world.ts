import { type HttpClient, HttpError } from '../../../http/http.ts'
import type { Micros } from '../../../kernel/time.ts'
import type { Disturbance, RunningLink, RunningRegion } from '../../../target/contract.ts'
import type { RegionFactory } from '../../../target/region.ts'
import { runInSim, type Sim } from '../run-in-sim.ts'
import { type SimStack, simWorld } from '../sim-world.ts'
import { getRequest, putRequest, toyPlan, toyRegion, toyTopology } from './toy-region.ts'

/** Two toy Regions that run, with their links by name. */
export interface ToyWorld extends Sim {
  readonly stack: SimStack
  readonly east: RunningRegion
  readonly west: RunningRegion
  readonly replication: RunningLink
  readonly clientsToEast: RunningLink
  disturb(link: RunningLink, disturbance: Disturbance): ReturnType<RunningLink['disturb']>
  /** `status body`, or `sent failure` of what went wrong, with the time that it took. */
  put(http: HttpClient, key: string, deadline?: Micros): Promise<string>
  get(http: HttpClient, key: string, deadline?: Micros): Promise<string>
}

/** Runs a test in a world of two toy Regions without jitter: 250 µs each way, 100 µs a sync. */
export async function inToyWorld<T>(
  body: (world: ToyWorld) => Promise<T>,
  factory: RegionFactory = toyRegion,
): Promise<T> {
  const simulation = { ...toyPlan.simulation, linkJitterMicros: 0 }
  const { value } = await runInSim({ seed: 11 }, async (sim) => {
    await using stack = await simWorld({ plan: { ...toyPlan, simulation } }).start(
      toyTopology(factory),
    )
    const [east, west] = stack.regions
    const [replication, clientsToEast] = stack.links
    if (!east || !west || !replication || !clientsToEast) throw new Error('the topology is whole')
    await sim.clock.sleep(5_000)
    return await body({
      ...sim,
      ...{ stack, east, west, replication, clientsToEast },
      disturb: (link, disturbance) => link.disturb(disturbance),
      put: (http, key, deadline) => attempt(sim, http, putRequest(key, key), deadline),
      get: (http, key, deadline) => attempt(sim, http, getRequest(key), deadline),
    })
  })
  return value
}

async function attempt(
  { clock }: Sim,
  http: HttpClient,
  request: Parameters<HttpClient['send']>[0],
  deadline: Micros = 20_000,
): Promise<string> {
  const began = clock.monotonic()
  try {
    const { status, body } = await http.send(request, clock.timeout(deadline))
    return `${status} ${Buffer.from(body).toString()}`.trim()
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    return `${error.sent} ${error.failure} after ${clock.monotonic() - began}`
  }
}
