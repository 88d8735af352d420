import { linkLimits } from './limits.ts'

/** The bytes that all toxics of a process hold together. */
export class HeldBytes {
  readonly #bytesMax: number
  #bytes = 0

  constructor(bytesMax: number = linkLimits.heldBytesTotalMax) {
    this.#bytesMax = bytesMax
  }

  get bytes(): number {
    return this.#bytes
  }

  /** True while senders whose bytes are held must wait. */
  get exhausted(): boolean {
    return this.#bytes >= this.#bytesMax
  }

  add(bytes: number): void {
    this.#bytes += bytes
  }
}
