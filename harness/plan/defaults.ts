import type { Plan } from './plan.ts'

/**
 * Every default of a plan, with its reason. `process` and `container` runs use the cryptography of
 * production; `sim` runs hash cheaply: a model's password hash proves nothing about failover.
 */
export const defaults = {
  target: 'reference',
  world: 'process',
  /** Append-only files of the Region's own: they start at once, on any machine. */
  storage: 'memory',
  /** It needs no registry, and can hold bytes back. The command line prefers a Toxiproxy. */
  proxy: 'link-proxy',
  seed: 7,
  pinned: false,
  mutants: [] as readonly string[],
  /** What a target documents of itself is what it does. */
  switches: {} as Readonly<Record<string, string>>,
  /** Rules have thresholds of their own; what a user claims beyond them only the user knows. */
  objectives: [] as readonly string[],
  cryptography: {
    process: { signing: 'RS256', passwordHashCost: 16_384 },
    container: { signing: 'RS256', passwordHashCost: 16_384 },
    /** Somebody else's system has its own. */
    remote: { signing: 'RS256', passwordHashCost: 16_384 },
    sim: { signing: 'RS256', passwordHashCost: 2 },
  },
  /** A quiet data-centre link: a quarter of a millisecond, little jitter, a fast disk. */
  simulation: { linkLatencyMicros: 250, linkJitterMicros: 100, diskSyncMicros: 100 },
  /** An assumption: no lag of the model system is published; "near real-time" is documented. */
  replication: { lagMillisMin: 1, lagMillisMax: 20 },
  syncBeforeAcknowledge: true,
  /** PostgreSQL makes a cluster, starts it and copies it: seconds on a machine with much to do. */
  storageLimits: { memory: {}, postgres: { regionReadyMillisMax: 60_000 } },
  /** Where nobody tells a position, each wait for one takes as long as the declared lag. */
  worldLimits: { sim: {}, process: {}, container: {}, remote: { scenarioMillisMax: 600_000 } },
  limits: {
    /** Longer than any healthy answer, shorter than a person waits. */
    operationMillisMax: 1_500,
    regionReadyMillisMax: 15_000,
    scenarioMillisMax: 120_000,
    operationsMax: 1_000_000,
    /** The interval of availability probes: with more delay, their times mean nothing. */
    eventLoopDelayMicrosMax: 100_000,
  },
} as const satisfies {
  readonly target: string
  readonly world: Plan['world']
  readonly storage: Plan['storage']
  readonly proxy: Plan['proxy']
  readonly seed: number
  readonly pinned: boolean
  readonly mutants: readonly string[]
  readonly switches: Plan['switches']
  readonly objectives: readonly string[]
  readonly cryptography: Record<Plan['world'], Plan['cryptography']>
  readonly simulation: Plan['simulation']
  readonly replication: Plan['replication']
  readonly syncBeforeAcknowledge: boolean
  readonly storageLimits: Record<Plan['storage'], Partial<Plan['limits']>>
  readonly worldLimits: Record<Plan['world'], Partial<Plan['limits']>>
  readonly limits: Plan['limits']
}
