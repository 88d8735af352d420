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
  return new KeyedRandom(String(seed), listener)
}

class KeyedRandom implements Random {
  readonly #prefix: string
  readonly #listener: DrawListener | undefined
  readonly #start: Lanes

  constructor(prefix: string, listener: DrawListener | undefined) {
    this.#prefix = prefix
    this.#listener = listener
    this.#start = folded(emptyLanes, prefix)
  }

  at(stream: string, process: string | number, ordinal: number): Draw {
    const rest = `\u0000${stream}\u0000${process}\u0000${ordinal}`
    this.#listener?.(this.#prefix + rest)
    return new KeyedDraw(this.#prefix, this.#start, rest)
  }

  scope(name: string): Random {
    return new KeyedRandom(`${this.#prefix}\u0000${name}`, this.#listener)
  }
}

class KeyedDraw implements Draw {
  readonly #prefix: string
  readonly #start: Lanes
  readonly #rest: string
  #state: [number, number] | undefined

  constructor(prefix: string, start: Lanes, rest: string) {
    this.#prefix = prefix
    this.#start = start
    this.#rest = rest
  }

  fraction(): number {
    return this.#next() / 4_294_967_296
  }

  integer(min: number, max: number): number {
    return min + Math.floor((this.#next() / 4_294_967_296) * (max - min + 1))
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (let index = 0; index * 32 < length; index += 1) {
      const key = `${this.#prefix}${this.#rest}\u0000${index}`
      const block = hash('sha256', key, 'buffer')
      bytes.set(block.subarray(0, length - index * 32), index * 32)
    }
    return bytes
  }

  #next(): number {
    this.#state ??= hashPair(folded(this.#start, this.#rest))
    return step(this.#state)
  }
}

/** FNV-1a in two lanes. */
interface Lanes {
  readonly a: number
  readonly b: number
}

const emptyLanes: Lanes = { a: 0x811c9dc5, b: 0x9747b28c }

/** The lanes after more text: a key that begins like another goes on from where that one was. */
function folded(start: Lanes, text: string): Lanes {
  let { a, b } = start
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit, 0x85ebca6b)
    b ^= b >>> 13
  }
  return { a, b }
}

/** Two 32-bit states from the lanes of a key, finished as in MurmurHash3. */
function hashPair({ a, b }: Lanes): [number, number] {
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
