import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiServer } from '../../../fixtures/reference/api-server.ts'
import { listenOn, type Peers } from '../../../fixtures/reference/node-network.ts'
import { nodePorts } from '../../../fixtures/reference/node-ports.ts'
import { undiciHttpClient } from '../../http/undici-client.ts'
import { systemClock, systemWallClock } from '../../kernel/clock.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { Json } from '../../kernel/json.ts'
import type { RegionPlan, RunningRegion, RunningStack, Topology } from '../contract.ts'

type Cleanup = () => Promise<void> | void
type Services = Peers[string]

/** Of a running stack, what a target uses. */
export type RunningPair = Pick<RunningStack, 'regions' | 'clock' | 'wall'> & AsyncDisposable

/** Starts both Regions of a topology in this process, on real sockets and disks, without faults. */
export async function runningPair(topology: Topology): Promise<RunningPair> {
  const cleanups: Cleanup[] = []
  const cleanUp = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  }
  const regions: RunningRegion[] = []
  let peers: Peers = {}
  try {
    for (const plan of topology.regions) {
      const { region, services } = await startRegion(plan, peers, cleanups)
      regions.push(region)
      peers = { ...peers, [plan.name]: services }
    }
  } catch (error) {
    await cleanUp()
    throw error
  }
  return {
    regions,
    clock: systemClock(),
    wall: systemWallClock(),
    [Symbol.asyncDispose]: cleanUp,
  }
}

async function startRegion(
  plan: RegionPlan,
  peers: Peers,
  cleanups: Cleanup[],
): Promise<{ readonly region: RunningRegion; readonly services: Services }> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'interregnum-target-'))
  cleanups.push(() => rm(dataFolder, { recursive: true, force: true }))
  const ports = nodePorts({
    region: plan.name,
    seed: 7,
    boot: 1,
    dataFolder,
    wallOffsetMicros: 0,
    peers,
  })
  cleanups.push(() => ports.network.close())
  cleanups.push(() => ports.disk.close())
  invariant(plan.launch.inProcess !== undefined, 'the topology starts nothing in this process')
  const instance = await plan.launch.inProcess(ports, plan.settings)
  cleanups.push(() => instance.close())
  const server = apiServer(instance, ports.wall)
  const port = await listenOn(server)
  cleanups.push(() => stop(server))
  const endpoint = `http://127.0.0.1:${port}`
  const http = undiciHttpClient(endpoint)
  cleanups.push(async () => {
    await http[Symbol.asyncDispose]()
  })
  const services = Object.entries(ports.network.services).map(
    ([name, at]) => [name, { host: '127.0.0.1', port: at }] as const,
  )
  // The life of a Region belongs to the world; a target does not touch it.
  const region = {
    name: plan.name,
    role: plan.role,
    endpoint,
    http,
    direct: http,
    control: { command: (name: string, parameters: Json) => instance.command(name, parameters) },
  } as unknown as RunningRegion
  return { region, services: Object.fromEntries(services) }
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
