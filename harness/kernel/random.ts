import { hash } from 'node:crypto'

/** One keyed draw: the same key gives the same values, in any order and any number of times. */
export interface Draw {
  /** A number in [0, 1) with 32 random bits. */
  fraction(): number
  /** A whole number between `min` and `max`, both included. */
  integer(min: number, max: number): number
  bytes(length: number): Uint8Array
}

/**
 * Draws are keyed, not pulled from a shared sequence: f(seed, stream, process, ordinal). An
 * operation that is removed or finishes later shifts no other draw.
 */
export interface Random {
  at(stream: string, process: string | number, ordinal: number): Draw
  /** Independent draws for a part of the run, such as one Region. */
  scope(name: string): Random
}

/** Called once for each draw: the sim world folds it into the trace digest. */
export type DrawListener = (key: string) => void

/** Draws from a seed. */
export function keyedRandom(seed: number | string, listener?: DrawListener): Random {
  const scoped = (prefix: string): Random => ({
    at: (stream, process, ordinal) => {
      const key = `${prefix}\u0000${stream}\u0000${process}\u0000${ordinal}`
      listener?.(key)
      return keyedDraw(key)
    },
    scope: (name) => scoped(`${prefix}\u0000${name}`),
  })
  return scoped(String(seed))
}

function keyedDraw(key: string): Draw {
  let state: [number, number] | undefined
  const next = (): number => {
    state ??= hashPair(key)
    return step(state)
  }
  return {
    fraction: () => next() / 4_294_967_296,
    integer: (min, max) => min + Math.floor((next() / 4_294_967_296) * (max - min + 1)),
    bytes: (length) => {
      const bytes = new Uint8Array(length)
      for (let index = 0; index * 32 < length; index += 1) {
        const block = hash('sha256', `${key}\u0000${index}`, 'buffer')
        bytes.set(block.subarray(0, length - index * 32), index * 32)
      }
      return bytes
    },
  }
}

/** Two 32-bit states from a key: FNV-1a in two lanes, finished as in MurmurHash3. */
function hashPair(key: string): [number, number] {
  let a = 0x811c9dc5
  let b = 0x9747b28c
  for (let index = 0; index < key.length; index += 1) {
    const unit = key.charCodeAt(index)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit, 0x85ebca6b)
    b ^= b >>> 13
  }
  return [finish(a ^ (b >>> 7)), finish(b ^ (a >>> 9)) | 1]
}

function finish(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** A Weyl sequence through a finisher (splitmix32). */
function step(state: [number, number]): number {
  state[0] = (state[0] + 0x9e3779b9) >>> 0
  return finish(state[0] ^ state[1])
}
