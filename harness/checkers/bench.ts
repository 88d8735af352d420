import { closeSync, openSync, writeSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { BlockEncoder } from '../history/block-encoder.ts'
import type { EventLine, Line } from '../history/line.ts'
import { systemClock } from '../kernel/clock.ts'
import { toSeconds } from '../kernel/time.ts'
import type { Checker } from './checker.ts'
import { beginCheckers, checkHistory } from './run-checkers.ts'
import { benchHeader, benchLines } from './testing/bench-history.ts'

/** What one measurement came to. */
export interface CheckingSpeed {
  /** Those of the sweeps among them. */
  readonly operations: number
  readonly operationsPerSecond: number
}

/** The lines of a history for measuring, held in memory. */
export interface HeldHistory {
  readonly lines: readonly EventLine[]
  readonly operations: number
}

/** Makes the lines of about so many operations. */
export function heldHistory(operations: number): HeldHistory {
  const lines = [...benchLines(operations)]
  return { lines, operations: lines.filter(({ type }) => type === 'invoke').length }
}

/** Checkers over lines in memory: what the folds alone cost. */
export function checkFromMemory(
  checkers: readonly Checker[],
  { lines, operations }: HeldHistory,
): CheckingSpeed {
  return speedOf(operations, () => {
    const pass = beginCheckers({ ...benchHeader }, checkers)
    let index = 1
    for (const line of lines) {
      pass.step(line, index)
      index += 1
    }
    pass.finish()
  })
}

/** Checkers over a stored history: reading, verifying the chain, parsing, folding. */
export function checkFromDisk(
  checkers: readonly Checker[],
  path: string,
  operations: number,
): CheckingSpeed {
  return speedOf(operations, () => checkHistory(path, checkers))
}

function speedOf(operations: number, work: () => void): CheckingSpeed {
  const clock = systemClock()
  const start = clock.monotonic()
  work()
  const elapsed = toSeconds(clock.monotonic() - start)
  return { operations, operationsPerSecond: Math.round(operations / elapsed) }
}

/** Writes a stored history with these lines. */
export function storeHistory(path: string, { lines }: HeldHistory): void {
  const encoder = new BlockEncoder()
  const file = openSync(path, 'w')
  let batch: string[] = []
  const append = (line: Line): void => {
    batch.push(...encoder.append(line))
    if (batch.length < 1_000) return
    writeSync(file, batch.join(''))
    batch = []
  }
  append(benchHeader)
  for (const line of lines) append(line)
  const seal = encoder.seal()
  writeSync(file, [...batch, seal ?? ''].join(''))
  closeSync(file)
}

/** Memory that the folds held after so many operations. */
export interface MemoryLook {
  readonly operations: number
  /** Beyond what the process held before, in mebibytes. */
  readonly mebibytes: number
}

/**
 * What the folds of checkers hold while a history goes by whose lines nothing else holds: `looks`
 * looks at even distances, each after a garbage collection, and one at the end.
 */
export function memoryHeld(
  checkers: readonly Checker[],
  operations: number,
  looks: number,
  say: (operations: number) => void = () => {},
): readonly MemoryLook[] {
  const every = Math.ceil(operations / looks)
  const before = liveBytes()
  const pass = beginCheckers({ ...benchHeader }, checkers)
  const taken: MemoryLook[] = []
  const look = (done: number): void => {
    taken.push({ operations: done, mebibytes: (liveBytes() - before) / 1_048_576 })
    say(done)
  }
  let done = 0
  let index = 1
  for (const line of benchLines(operations)) {
    pass.step(line, index)
    index += 1
    if (line.type !== 'invoke') continue
    done += 1
    if (done % every === 0) look(done)
  }
  const results = pass.finish()
  look(done)
  if (results.length !== checkers.length) throw new Error('a checker gave no result')
  return taken
}

/** Bytes that are still in use after a garbage collection. */
function liveBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
