import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { BlockEncoder } from '../history/block-encoder.ts'
import type {
  CompletionLine,
  EventLine,
  HeaderLine,
  Line,
  TokenObservation,
} from '../history/line.ts'
import { historyFormat } from '../history/line.ts'
import { memorySink } from '../history/memory-sink.ts'
import { loadHistory } from '../history/reader.ts'
import { systemClock } from '../kernel/clock.ts'
import { seconds, toSeconds } from '../kernel/time.ts'
import type { Checker } from './checker.ts'
import { beginCheckers, checkHistory } from './run-checkers.ts'

const primary = 'us-east-1'
const replica = 'eu-west-1'
const users = 20_000
const processes = 32
const hour = seconds(3_600)
const epoch = 1_800_000_000_000_000

/** The header of a history for measuring. */
export const benchHeader: HeaderLine = {
  type: 'header',
  format: historyFormat,
  scenario: 'bench',
  claim: 'A long history.',
  requirements: ['FS-36', 'FS-37', 'FS-39'],
  seed: 1,
  target: 'reference',
  model: true,
  regions: [
    { name: primary, role: 'primary' },
    { name: replica, role: 'replica' },
  ],
  declared: { lagMillisMax: 100, settleMillisMax: 10_000, clockSkewMillisMax: 0 },
  pinned: false,
}

/**
 * The lines of a history of `operations` operations by 32 processes over 20,000 users: a quarter
 * writes, the rest sign-ins, reads, lag probes, presented tokens and availability probes. They are
 * made one by one: nothing holds them.
 */
export function* benchLines(operations: number): Generator<EventLine> {
  const newest = new Map<number, string>()
  const minted: string[] = []
  let at = 0
  yield { type: 'mark', at, name: 'start' }
  yield { type: 'route', at, region: primary, previous: null }
  for (let number = 1; number <= operations; number += 1) {
    at += 100
    const operation = `op${number}`
    const process = number % processes
    const index = Math.imul(number, 2_654_435_761) >>> 0
    const user = index % users
    const base = { type: 'invoke', at, process, operation, user: `u${user}` } as const
    const done = { at: at + 50, process, operation, type: 'ok' as CompletionLine['type'] }
    const kind = number % 20
    const register = `u${user}/attribute:nickname`
    if (kind < 5) {
      yield {
        ...base,
        function: 'update-attribute',
        region: primary,
        purpose: 'workload',
        arguments: { attribute: 'nickname' },
        writes: [{ register, value: operation }],
      }
      const failed = index % 97 === 0
      yield failed ? { ...done, type: 'fail', error: { code: 'TooManyRequestsException' } } : done
      if (!failed) newest.set(user, operation)
    } else if (kind < 8) {
      yield {
        ...base,
        function: 'sign-in',
        region: primary,
        purpose: kind === 7 ? 'probe' : 'workload',
        arguments: { password: 'op1' },
      }
      yield { ...done, tokens: [accessToken(at)] }
      minted[index % 1_000] = operation
    } else if (kind < 11) {
      const from = minted[index % 1_000]
      yield {
        ...base,
        function: 'use-token',
        region: kind === 8 ? replica : primary,
        purpose: 'token-probe',
        arguments: from === undefined ? {} : { accessToken: { from, field: 'accessToken' } },
      }
      yield done
    } else {
      const onReplica = kind % 2 === 0
      yield {
        ...base,
        function: 'read-user',
        region: onReplica ? replica : primary,
        purpose: kind === 12 ? 'lag-probe' : 'workload',
        arguments: {},
        reads: [`u${user}/existence`, register],
      }
      const value = newest.get(user) ?? null
      yield { ...done, observed: [{ register, value }] }
    }
  }
  yield* benchEnd(at + 1_000, operations, newest)
}

/** The loss of a Region, the cutover read, heal, and the final reads. */
function* benchEnd(
  start: number,
  operations: number,
  newest: ReadonlyMap<number, string>,
): Generator<EventLine> {
  let at = start
  let number = operations
  const effects = [{ effect: 'region-unavailable', region: primary }] as const
  const fault = {
    type: 'fault',
    fault: 'fault1',
    kind: 'region-loss',
    parameters: {},
    effects,
  } as const
  const sweep = function* (
    region: string,
    purpose: 'cutover-read' | 'settle-read' | 'final-read',
  ): Generator<EventLine> {
    for (const [user, value] of newest) {
      at += 100
      number += 1
      const operation = `op${number}`
      const register = `u${user}/attribute:nickname`
      const common = { at, process: 0, operation }
      yield {
        ...common,
        type: 'invoke',
        function: 'read-user',
        user: `u${user}`,
        region,
        purpose,
        arguments: {},
        reads: [register],
      }
      yield { ...common, at: at + 50, type: 'ok', observed: [{ register, value }] }
    }
    at += 100
  }
  yield { ...fault, at, phase: 'apply' }
  yield { ...fault, at: at + 10, phase: 'verified' }
  yield { type: 'route', at: at + 20, region: replica, previous: primary }
  yield* sweep(replica, 'cutover-read')
  yield { ...fault, at, phase: 'heal' }
  yield { ...fault, at, phase: 'heal-verified' }
  yield { type: 'mark', at, name: 'settle-start' }
  for (const region of [primary, replica]) yield* sweep(region, 'settle-read')
  yield { type: 'mark', at, name: 'settled' }
  for (const region of [primary, replica]) yield* sweep(region, 'final-read')
  yield { type: 'end', at, reason: 'complete' }
}

function accessToken(at: number): TokenObservation {
  const seenAt = epoch + at
  return {
    digest: 'b0e3d0c1f7a94c55',
    use: 'access',
    algorithm: 'RS256',
    keyId: 'k1',
    issuer: 'https://issuer.example/pool',
    expectedIssuer: 'https://issuer.example/pool',
    audience: 'client',
    expectedAudience: 'client',
    issuedAt: seenAt,
    expiresAt: seenAt + hour,
    seenAt,
    verifications: [
      { region: primary, snapshot: 's1', accepted: true },
      { region: replica, snapshot: 's1', accepted: true },
    ],
  }
}

/** Operations of a history for measuring, those of its sweeps among them. */
export function benchOperations(operations: number): number {
  let total = 0
  for (const line of benchLines(operations)) if (line.type === 'invoke') total += 1
  return total
}

/** What one measurement came to. */
export interface CheckingSpeed {
  /** Those of the sweeps among them. */
  readonly operations: number
  readonly seconds: number
  readonly operationsPerSecond: number
  /** Memory of the process beyond what it was before, in mebibytes, at its highest. */
  readonly memoryMebibytes: number
}

/** All checkers over lines that were read into memory before: what the folds alone cost. */
export function benchFromMemory(checkers: readonly Checker[], operations: number): CheckingSpeed {
  const sink = memorySink()
  sink.append(benchHeader)
  for (const line of benchLines(operations)) sink.append(line)
  const { lines } = loadHistory(sink.toBytes())
  return measured(operations, (look) => fold(checkers, lines, look))
}

/** All checkers over lines that are made as they are needed: shows what the folds keep. */
export function benchMemoryKept(checkers: readonly Checker[], operations: number): CheckingSpeed {
  return measured(operations, (look) => fold(checkers, benchLines(operations), look))
}

/** All checkers over a stored history: reading, verifying the chain, parsing, folding. */
export function benchFromDisk(
  checkers: readonly Checker[],
  operations: number,
  path: string,
): CheckingSpeed {
  writeBenchHistory(path, operations)
  try {
    return measured(operations, (look) => {
      const watching = checkers.slice(0, 1).map((checker) => withLook(checker, look))
      checkHistory(path, [...watching, ...checkers.slice(1)])
    })
  } finally {
    rmSync(path, { force: true })
  }
}

/** Writes a stored history of `operations` operations. */
export function writeBenchHistory(path: string, operations: number): void {
  const encoder = new BlockEncoder()
  const file = openSync(path, 'w')
  let batch: Buffer[] = []
  const append = (line: Line): void => {
    batch.push(...encoder.append(line))
    if (batch.length < 1_000) return
    writeSync(file, Buffer.concat(batch))
    batch = []
  }
  append(benchHeader)
  for (const line of benchLines(operations)) append(line)
  const seal = encoder.seal()
  writeSync(file, Buffer.concat(seal === undefined ? batch : [...batch, seal]))
  closeSync(file)
}

function fold(checkers: readonly Checker[], lines: Iterable<EventLine>, look: () => void): void {
  const pass = beginCheckers({ ...benchHeader }, checkers)
  let index = 1
  for (const line of lines) {
    pass.step(line, index)
    index += 1
    if (index % lookEvery === 0) look()
  }
  look()
  pass.finish()
  look()
}

const lookEvery = 100_000

function withLook(checker: Checker, look: () => void): Checker {
  return {
    ...checker,
    begin: (header) => {
      const run = checker.begin(header)
      return {
        step: (line, index) => {
          run.step(line, index)
          if (index % lookEvery === 0) look()
        },
        finish: () => run.finish(),
      }
    },
  }
}

/** Looks are taken while the work runs: a garbage collection before each where it is exposed. */
function measured(asked: number, work: (look: () => void) => void): CheckingSpeed {
  const operations = benchOperations(asked)
  const collect = (globalThis as { gc?: () => void }).gc
  collect?.()
  const memory = (): number => {
    collect?.()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return (heapUsed + arrayBuffers) / 1_048_576
  }
  const before = memory()
  let highest = before
  const clock = systemClock()
  const start = clock.monotonic()
  work(() => {
    highest = Math.max(highest, memory())
  })
  const elapsed = toSeconds(clock.monotonic() - start)
  return {
    operations,
    seconds: elapsed,
    operationsPerSecond: Math.round(operations / elapsed),
    memoryMebibytes: Math.round(highest - before),
  }
}
