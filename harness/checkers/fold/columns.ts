const chunkShift = 13
const chunkLength = 1 << chunkShift
const chunkMask = chunkLength - 1

/** Codes at the upper end of a width, for what is no offset: ∞, nothing, −∞. */
const codes = [Infinity, Number.NaN, -Infinity] as const

const widths = [Uint8Array, Uint16Array, Uint32Array] as const

type Offsets = Uint8Array | Uint16Array | Uint32Array

/**
 * Neighbours in a column are alike: a chunk holds whole numbers as offsets from a base, in the
 * narrowest width that they fit, and other numbers as they are.
 */
class Chunk {
  #offsets: Offsets
  #base: number
  /** Offsets are below it, codes from it on; 0 where numbers are held as they are. */
  #limit: number
  #plain: Float64Array | undefined

  /**
   * @param first - A number that it will hold: others are expected to be near to it.
   * @param width - Place of the width to begin with.
   */
  constructor(first: number, width: number) {
    this.#offsets = newOffsets(width)
    this.#limit = limitOf(this.#offsets)
    this.#base = Number.isSafeInteger(first) ? first - Math.floor(this.#limit / 8) : 0
  }

  /** Place of the width of its offsets. */
  get width(): number {
    return widths.findIndex((width) => this.#offsets instanceof width)
  }

  /** Not a number where nothing was set. */
  at(place: number): number {
    const offset = this.#offsets[place] as number
    if (offset < this.#limit) return this.#base + offset
    return this.#plain === undefined
      ? (codes[offset - this.#limit] as number)
      : (this.#plain[place] as number)
  }

  set(place: number, value: number): void {
    const offset = value - this.#base
    if (offset >= 0 && offset < this.#limit && Number.isInteger(offset)) {
      this.#offsets[place] = offset
    } else this.#setOther(place, value)
  }

  #setOther(place: number, value: number): void {
    if (this.#plain !== undefined) this.#plain[place] = value
    else if (Number.isSafeInteger(value)) this.#widen(place, value)
    else if (Number.isFinite(value)) this.#makePlain(place, value)
    else {
      const code = value === Infinity ? 0 : value === -Infinity ? 2 : 1
      this.#offsets[place] = this.#limit + code
    }
  }

  /** Another base, and where they need it a wider width: with room on both sides. */
  #widen(place: number, value: number): void {
    const former = this.#offsets
    const limit = this.#limit
    let [least, most] = [limit, -1]
    for (const offset of former) {
      if (offset >= limit) continue
      if (offset < least) least = offset
      if (offset > most) most = offset
    }
    const low = most < 0 ? value : Math.min(value, this.#base + least)
    const span = (most < 0 ? value : Math.max(value, this.#base + most)) - low
    const wider = widths.findIndex(
      (width) =>
        width.BYTES_PER_ELEMENT >= former.BYTES_PER_ELEMENT && span < limitOf(new width(0)),
    )
    if (wider < 0) {
      this.#makePlain(place, value)
      return
    }
    const offsets = newOffsets(wider)
    const newLimit = limitOf(offsets)
    const base = low - Math.floor((newLimit - span) / 8)
    const shift = this.#base - base
    for (let at = 0; at < chunkLength; at += 1) {
      const offset = former[at] as number
      offsets[at] = offset < limit ? offset + shift : offset - limit + newLimit
    }
    offsets[place] = value - base
    this.#offsets = offsets
    this.#limit = newLimit
    this.#base = base
  }

  #makePlain(place: number, value: number): void {
    const plain = new Float64Array(chunkLength)
    for (let at = 0; at < chunkLength; at += 1) plain[at] = this.at(at)
    plain[place] = value
    this.#plain = plain
    this.#offsets = new Uint8Array(chunkLength)
    this.#limit = 0
  }
}

function newOffsets(width: number): Offsets {
  const offsets = new (widths[width] ?? Uint32Array)(chunkLength)
  return offsets.fill(limitOf(offsets) + 1)
}

function limitOf(offsets: Offsets): number {
  return 2 ** (8 * offsets.BYTES_PER_ELEMENT) - codes.length
}

/** A growing column of numbers that never moves what it holds: 1 to 9 bytes each. */
export class NumberColumn {
  readonly #chunks: Chunk[] = []
  #last: Chunk | undefined
  #length = 0

  get length(): number {
    return this.#length
  }

  push(value: number): void {
    const place = this.#length & chunkMask
    let last = this.#last
    if (last === undefined || place === 0) {
      last = new Chunk(value, last?.width ?? 0)
      this.#chunks.push(last)
      this.#last = last
    }
    last.set(place, value)
    this.#length += 1
  }

  at(index: number): number {
    return (this.#chunks[index >>> chunkShift] as Chunk).at(index & chunkMask)
  }

  /** Replaces a value that was pushed. */
  set(index: number, value: number): void {
    const chunk = this.#chunks[index >>> chunkShift] as Chunk
    chunk.set(index & chunkMask, value)
  }

  /** All values in one array. */
  toArray(): Float64Array {
    const values = new Float64Array(this.#length)
    for (let index = 0; index < values.length; index += 1) values[index] = this.at(index)
    return values
  }
}

/** Whole numbers by index, 0 where nothing was set; only chunks that are touched take memory. */
export class IntegerColumn {
  readonly #chunks: (Chunk | undefined)[] = []

  set(index: number, value: number): void {
    const key = index >>> chunkShift
    let chunk = this.#chunks[key]
    if (chunk === undefined) {
      chunk = new Chunk(value, this.#chunks[key - 1]?.width ?? 0)
      this.#chunks[key] = chunk
    }
    chunk.set(index & chunkMask, value)
  }

  at(index: number): number {
    const chunk = this.#chunks[index >>> chunkShift]
    return chunk === undefined ? 0 : chunk.at(index & chunkMask) || 0
  }
}
