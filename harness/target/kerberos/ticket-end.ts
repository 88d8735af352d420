import { type Instant, seconds } from '../../kernel/time.ts'

/** Version 4 of the format, whose numbers have their high byte first. */
const version = 0x0504

/**
 * When the ticket-granting ticket of a cache ends: what its holder is told, since the ticket itself
 * is sealed for the KDC (MIT Kerberos, Credential cache file format).
 *
 * @returns undefined where there is none, or the cache has another format.
 */
export function ticketEnd(cache: Uint8Array): Instant | undefined {
  const reader = new Reader(Buffer.from(cache.buffer, cache.byteOffset, cache.byteLength))
  try {
    if (reader.short() !== version) return undefined
    reader.skip(reader.short())
    reader.principal()
    while (!reader.done) {
      reader.principal()
      const [service] = reader.principal()
      const end = reader.restOfCredential()
      if (service === 'krbtgt') return seconds(end)
    }
  } catch (error) {
    // It ends in the middle of something.
    if (!(error instanceof RangeError)) throw error
  }
  return undefined
}

/** Reads one thing after the other. */
class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  skip(count: number): void {
    this.#at += count
  }

  short(): number {
    const value = this.#bytes.readUInt16BE(this.#at)
    this.#at += 2
    return value
  }

  /** The components of its name, without the realm. */
  principal(): readonly string[] {
    this.skip(4)
    const count = this.#long()
    this.#text()
    const components: string[] = []
    while (components.length < count) components.push(this.#text())
    return components
  }

  /** What follows the two principals; answers when the ticket ends, in seconds since 1970. */
  restOfCredential(): number {
    this.skip(2)
    this.#text()
    this.skip(8)
    const end = this.#long()
    this.skip(4 + 1 + 4)
    for (const _ of ['addresses', 'authorization data']) {
      for (let left = this.#long(); left > 0; left -= 1) {
        this.skip(2)
        this.#text()
      }
    }
    this.#text()
    this.#text()
    return end
  }

  #long(): number {
    const value = this.#bytes.readUInt32BE(this.#at)
    this.#at += 4
    return value
  }

  #text(): string {
    const length = this.#long()
    const text = this.#bytes.toString('latin1', this.#at, this.#at + length)
    this.#at += length
    return text
  }
}
