const chunkShift = 14
const chunkLength = 1 << chunkShift
const chunkMask = chunkLength - 1

/** A growing column of numbers that never moves what it holds: 8 bytes each. */
export class NumberColumn {
  readonly #chunks: Float64Array[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  push(value: number): void {
    const offset = this.#length & chunkMask
    if (offset === 0) this.#chunks.push(new Float64Array(chunkLength))
    const chunk = this.#chunks[this.#length >>> chunkShift] as Float64Array
    chunk[offset] = value
    this.#length += 1
  }

  at(index: number): number {
    return (this.#chunks[index >>> chunkShift] as Float64Array)[index & chunkMask] as number
  }

  /** Replaces a value that was pushed. */
  set(index: number, value: number): void {
    const chunk = this.#chunks[index >>> chunkShift] as Float64Array
    chunk[index & chunkMask] = value
  }

  /** All values in one array. */
  toArray(): Float64Array {
    const values = new Float64Array(this.#length)
    this.#chunks.forEach((chunk, index) => {
      const start = index << chunkShift
      values.set(chunk.subarray(0, Math.min(chunkLength, this.#length - start)), start)
    })
    return values
  }
}

/** Whole numbers by index, 0 where nothing was set: 4 bytes each, in chunks that are touched. */
export class IntegerColumn {
  readonly #chunks: (Int32Array | undefined)[] = []

  set(index: number, value: number): void {
    const key = index >>> chunkShift
    const chunk = this.#chunks[key] ?? new Int32Array(chunkLength)
    this.#chunks[key] = chunk
    chunk[index & chunkMask] = value
  }

  at(index: number): number {
    return this.#chunks[index >>> chunkShift]?.[index & chunkMask] ?? 0
  }
}
