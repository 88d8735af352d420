import { z } from 'zod'
import { plannedExpectation } from './expected-results.ts'
import { isObjective, objectivesMax } from './plan-objectives.ts'
import { plannedTopology } from './remote-topology.ts'

/** Version of the plan's format. */
export const planFormat = 1

/** How expensive the model's cryptography is; a real system ignores it. */
const cryptography = z.strictObject({
  /** `HS256` is for campaigns in the sim world only: its keys cannot be published. */
  signing: z.enum(['RS256', 'HS256']),
  /** scrypt N; 16384 takes about 35 ms. A power of two. */
  passwordHashCost: z
    .int()
    .min(2)
    .max(1_048_576)
    .refine((cost) => Number.isInteger(Math.log2(cost)), 'Expected a power of two'),
})

/** The behaviour of links and Regions in virtual time. */
const simulation = z.strictObject({
  linkLatencyMicros: z.int().min(0).max(60_000_000),
  linkJitterMicros: z.int().min(0).max(60_000_000),
  diskSyncMicros: z.int().min(0).max(60_000_000),
})

/** Delay before a change is shipped, uniform between the two. */
const replication = z
  .strictObject({
    lagMillisMin: z.number().min(0).max(3_600_000),
    lagMillisMax: z.number().min(0).max(3_600_000),
  })
  .refine(({ lagMillisMin, lagMillisMax }) => lagMillisMin <= lagMillisMax, {
    path: ['lagMillisMax'],
    message: 'Expected lagMillisMin or more',
  })

/** Every bound of a run, each with its unit. */
const limits = z.strictObject({
  operationMillisMax: z.int().min(1).max(600_000),
  regionReadyMillisMax: z.int().min(1).max(600_000),
  /** Absent: what the target declares. */
  settleMillisMax: z.int().min(1).max(3_600_000).optional(),
  scenarioMillisMax: z.int().min(1).max(3_600_000),
  operationsMax: z.int().min(1).max(100_000_000),
  eventLoopDelayMicrosMax: z.int().min(1).max(60_000_000),
})

/** Every world that Regions can live in. */
export const worldNames = ['sim', 'process', 'container', 'remote'] as const

/** Where Regions of the reference stack can keep what they know. */
export const storageNames = ['memory', 'postgres'] as const

/** What can carry the links of a stack. */
export const proxyNames = ['link-proxy', 'toxiproxy'] as const

/** A run as a value: resolved, frozen and written to disk before anything starts. */
export const planSchema = z.strictObject({
  format: z.literal(planFormat),
  tool: z.string(),
  target: z.string(),
  world: z.enum(worldNames),
  /** Where Regions of the reference stack keep what they know; other targets ignore it. */
  storage: z.enum(storageNames).default('memory'),
  /** What carries the links: our own proxy, or in the container world a Toxiproxy. */
  proxy: z.enum(proxyNames).default('link-proxy'),
  /** The compose project that the run attaches to; absent: the world starts a stack of its own. */
  attach: z.string().min(1).optional(),
  /** Somebody's system as a file names it; there in the remote world, and only there. */
  topology: plannedTopology.optional(),
  scenarios: z.array(z.string()).min(1),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  /** Planted defects of the reference stack, by id. */
  mutants: z.array(z.string()),
  /** Switches of the target, by name, that differ from its defaults; a scenario's own yield. */
  switches: z.record(z.string(), z.string()).default({}),
  /** One process, one operation at a time. */
  pinned: z.boolean(),
  cryptography,
  simulation,
  replication,
  /** Answer a write only after its change is durable. */
  syncBeforeAcknowledge: z.boolean(),
  limits,
  /** The program that performs the operations; absent: the target does it itself. */
  driver: z.strictObject({ command: z.array(z.string().min(1)).min(1).max(256) }).optional(),
  /** What the user claims, such as `observedLoss <= 1s`: fixed before the first trial. */
  objectives: z
    .array(z.string().refine(isObjective, 'Expected an objective such as "observedLoss <= 1s"'))
    .max(objectivesMax)
    .default([]),
  /** Findings that are known, with the file that they stand in; absent: there is none. */
  expected: plannedExpectation.optional(),
})

export type Plan = z.infer<typeof planSchema>
