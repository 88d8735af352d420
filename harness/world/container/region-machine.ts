import type { ActiveDisturbance, MachineLimit, RegionMachine } from '../../target/contract.ts'
import { isRefusal } from './container-life.ts'
import type { EngineRuntime } from './engine-runtime.ts'
import { changePackets } from './packet-rules.ts'
import { endpoint, type PlacedContainer } from './placed-container.ts'
import { runInContainer } from './run-in-container.ts'
import type { RunNetwork, RunObjects } from './run-objects.ts'

/** A share of processors is a share of this period. */
const cpuPeriodMicros = 100_000

const bytesPerMegabyte = 1 << 20

/** The engine has no word for a bound that is taken away: this is more than any machine has. */
const unboundedBytes = 2 ** 50
/** Memory must not exceed memory and swap together, which the engine leaves as it is for -1. */
const unbounded = { Memory: unboundedBytes, MemorySwap: unboundedBytes }

/** What a Region runs on. */
export interface RegionMachineOptions {
  readonly engine: EngineRuntime
  readonly objects: RunObjects
  /** The container whose network the others share. */
  readonly holder: PlacedContainer
  /** The network of the links, and the address in it. */
  readonly links: RunNetwork
  readonly address: string
  /** Its software and its databases, as far as they were made. */
  containers(): readonly PlacedContainer[]
}

/** What can be done to the containers of a Region from below. */
export function regionMachine(options: RegionMachineOptions): RegionMachine {
  const { engine, objects, holder, links, address, containers } = options
  return {
    disconnect: async () => {
      const network = engine.docker.getNetwork(links.id)
      await network.disconnect({ Container: holder.id, Force: true })
      return liftedOnce(() =>
        network.connect({ Container: holder.id, EndpointConfig: endpoint(address) }),
      )
    },
    drop: async (direction) => {
      const rule =
        direction === 'into'
          ? ({ chain: 'INPUT', match: ['-s', links.subnet()] } as const)
          : ({ chain: 'OUTPUT', match: ['-d', links.subnet()] } as const)
      await changePackets(engine, objects, holder.id, 'drop', rule)
      return liftedOnce(() => changePackets(engine, objects, holder.id, 'pass', rule))
    },
    limit: async (limit) => {
      const undoing: (() => Promise<unknown>)[] = []
      const active = liftedOnce(async () => {
        for (const undo of undoing.splice(0).reverse()) await undo()
      })
      try {
        for (const { container } of containers()) undoing.push(await bound(container, limit))
      } catch (error) {
        // The first error is the one to show.
        await active.lift().catch(() => {})
        throw error
      }
      return active
    },
    limits: async () => {
      const seen = await Promise.all(containers().map(limitsWithin))
      const megabytes = loosest(seen.map((one) => one.megabytes))
      const share = loosest(seen.map((one) => one.share))
      return {
        ...(megabytes === undefined ? {} : { megabytes }),
        ...(share === undefined ? {} : { share }),
      }
    },
  }
}

function liftedOnce(lift: () => Promise<unknown>): ActiveDisturbance {
  let lifted: Promise<unknown> | undefined
  return {
    lift: async () => {
      lifted ??= lift()
      await lifted
    },
  }
}

type Container = PlacedContainer['container']

/** Sets one bound while the container lives; answers what sets it to what it was. */
async function bound(container: Container, limit: MachineLimit): Promise<() => Promise<unknown>> {
  const { HostConfig } = await container.inspect()
  const { Memory = 0, MemorySwap = 0, NanoCpus = 0, CpuPeriod = 0, CpuQuota = 0 } = HostConfig
  if (limit.kind === 'memory') {
    const bytes = Math.round(limit.megabytes * bytesPerMegabyte)
    await container.update({ Memory: bytes, MemorySwap: bytes })
    const former = Memory === 0 ? unbounded : { Memory, MemorySwap }
    return () => container.update(former).catch(unlessGone)
  }
  if (NanoCpus > 0) {
    await container.update({ NanoCpus: Math.round(limit.share * 1e9) })
    return () => container.update({ NanoCpus }).catch(unlessGone)
  }
  const quota = Math.round(limit.share * cpuPeriodMicros)
  await container.update({ CpuPeriod: cpuPeriodMicros, CpuQuota: quota })
  const former = {
    CpuPeriod: CpuPeriod === 0 ? cpuPeriodMicros : CpuPeriod,
    CpuQuota: CpuQuota === 0 ? -1 : CpuQuota,
  }
  return () => container.update(former).catch(unlessGone)
}

function unlessGone(error: unknown): void {
  if (!isRefusal(error)) throw error
}

/** The files of the control group, in its second version or its first, seen from within. */
const look = [
  'cd /sys/fs/cgroup',
  'cat memory.max 2>/dev/null || cat memory/memory.limit_in_bytes',
  'cat cpu.max 2>/dev/null || echo $(cat cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us)',
].join('; ')

async function limitsWithin(
  container: PlacedContainer,
): Promise<{ readonly megabytes: number | undefined; readonly share: number | undefined }> {
  const [memory = '', cpu = ''] = (await runInContainer(container, ['sh', '-c', look])).split('\n')
  const [quota, period] = cpu.trim().split(/\s+/).map(Number)
  return {
    megabytes: bounded(Number(memory) / bytesPerMegabyte, unboundedBytes / bytesPerMegabyte),
    share: bounded((quota ?? Number.NaN) / (period ?? Number.NaN), Number.POSITIVE_INFINITY),
  }
}

/** Undefined for `max`, for -1, and for what no machine has. */
function bounded(value: number, below: number): number | undefined {
  return value > 0 && value < below ? value : undefined
}

/** Undefined where one has no bound. */
function loosest(bounds: readonly (number | undefined)[]): number | undefined {
  let most: number | undefined
  for (const one of bounds) {
    if (one === undefined) return undefined
    most = Math.max(most ?? 0, one)
  }
  return most
}
