/** Numbers of one page; a page takes 4 KiB and exists only where a number of it is held. */
const pageNumbers = 32_768

/** A set of whole numbers from 0 that takes about one bit for each. */
export class NumberSet {
  readonly #pages = new Map<number, Uint32Array>()
  readonly #other = new Set<number>()
  #page: Uint32Array = new Uint32Array(0)
  #pageKey = -1

  has(number: number): boolean {
    if (!isIndex(number)) return this.#other.has(number)
    const page = this.#pages.get(Math.floor(number / pageNumbers))
    const offset = number % pageNumbers
    return page !== undefined && ((page[offset >>> 5] ?? 0) & (1 << (offset & 31))) !== 0
  }

  /** False if it was there before. */
  add(number: number): boolean {
    if (!isIndex(number)) {
      const fresh = !this.#other.has(number)
      this.#other.add(number)
      return fresh
    }
    const page = this.#pageOf(Math.floor(number / pageNumbers))
    const offset = number % pageNumbers
    const word = page[offset >>> 5] ?? 0
    const bit = 1 << (offset & 31)
    page[offset >>> 5] = word | bit
    return (word & bit) === 0
  }

  #pageOf(key: number): Uint32Array {
    if (key === this.#pageKey) return this.#page
    const page = this.#pages.get(key) ?? new Uint32Array(pageNumbers / 32)
    this.#pages.set(key, page)
    this.#pageKey = key
    this.#page = page
    return page
  }
}

function isIndex(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0
}
