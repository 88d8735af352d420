import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { type Clock, systemClock } from '../kernel/clock.ts'
import { StorageError } from '../kernel/errors.ts'
import { millis } from '../kernel/time.ts'
import { BlockEncoder } from './block-encoder.ts'
import type { Line } from './line.ts'
import type { HistorySink } from './sink.ts'

/** What was appended is with the operating system after this, well within a second. */
const flushPause = millis(250)
/** So many waiting bytes are written at once. */
const writeBytesMin = 65_536
/** A disk that is this far behind has failed. */
const waitingBytesMax = 268_435_456

export interface HistoryFileOptions {
  /** The clock of the pause between flushes. */
  readonly clock?: Clock
  /** Called once, as soon as a write failed: nothing that comes after it will be kept. */
  readonly onFailure?: (error: StorageError) => void
}

/**
 * Creates a history file; an older one of that name is replaced. Lines reach the operating system
 * within a second, so that they survive a crash of this process. The file gets its name when its
 * header stands in it: under that name there is never a file that cannot be read.
 *
 * @throws StorageError if the file cannot be created.
 */
export async function openHistoryFile(
  path: string,
  options: HistoryFileOptions = {},
): Promise<HistorySink> {
  try {
    await rm(path, { force: true })
    const file = await open(nameless(path), 'w')
    return new HistoryFile(path, file, options)
  } catch (error) {
    throw storageError(path, 'created', error)
  }
}

/** The name until the first line is written. */
function nameless(path: string): string {
  return `${path}.begun`
}

class HistoryFile implements HistorySink {
  readonly #path: string
  readonly #file: FileHandle
  readonly #clock: Clock
  readonly #onFailure: (error: StorageError) => void
  readonly #encoder = new BlockEncoder()
  readonly #closing = new AbortController()
  #waiting: string[] = []
  #waitingBytes = 0
  #writing: Promise<void> = Promise.resolve()
  #scheduled = false
  #queued = false
  #named = false
  #closed: Promise<void> | undefined
  #failure: StorageError | undefined

  constructor(path: string, file: FileHandle, options: HistoryFileOptions) {
    this.#path = path
    this.#file = file
    this.#clock = options.clock ?? systemClock()
    this.#onFailure = options.onFailure ?? (() => {})
  }

  append(line: Line): void {
    if (this.#closed !== undefined) return
    for (const text of this.#encoder.append(line)) this.#enqueue(text)
    if (this.#waitingBytes >= writeBytesMin || !this.#named) this.#write()
    else this.#schedule()
  }

  async flush(): Promise<void> {
    this.#write()
    await this.#writing
    if (this.#failure !== undefined) throw this.#failure
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#closing.abort()
    const last = this.#encoder.seal()
    if (last !== undefined) this.#enqueue(last)
    try {
      await this.flush()
      await this.#file.sync().catch((error: unknown) => this.#fail(error))
    } finally {
      await this.#file.close().catch((error: unknown) => this.#fail(error))
      if (!this.#named) await rm(nameless(this.#path), { force: true }).catch(() => {})
    }
    if (this.#failure !== undefined) throw this.#failure
  }

  #enqueue(text: string): void {
    if (this.#failure !== undefined) return
    this.#waiting.push(text)
    this.#waitingBytes += Buffer.byteLength(text)
    if (this.#waitingBytes <= waitingBytesMax) return
    this.#fail(new Error(`${this.#waitingBytes} bytes wait for the disk`))
  }

  #schedule(): void {
    if (this.#scheduled || this.#failure !== undefined) return
    this.#scheduled = true
    this.#clock.sleep(flushPause, this.#closing.signal).then(
      () => {
        this.#scheduled = false
        this.#write()
      },
      () => {},
    )
  }

  /** One write at a time, in order; after a failure nothing is written any more. */
  #write(): void {
    if (this.#waiting.length === 0 || this.#queued) return
    this.#queued = true
    this.#writing = this.#writing.then(async () => {
      this.#queued = false
      const bytes = Buffer.from(this.#waiting.join(''))
      this.#waiting = []
      this.#waitingBytes = 0
      if (this.#failure !== undefined || bytes.length === 0) return
      await this.#writeAll(bytes).catch((error: unknown) => this.#fail(error))
    })
  }

  async #writeAll(bytes: Buffer): Promise<void> {
    await writeAll(this.#file, bytes)
    if (this.#named) return
    await rename(nameless(this.#path), this.#path)
    this.#named = true
  }

  #fail(cause: unknown): void {
    this.#waiting = []
    this.#waitingBytes = 0
    if (this.#failure !== undefined) return
    this.#failure = storageError(this.#path, 'written', cause)
    this.#onFailure(this.#failure)
  }
}

/** A single write may take less than it was given. */
async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, offset, bytes.length - offset)
    if (bytesWritten === 0) throw new Error('the disk took no byte')
    offset += bytesWritten
  }
}

function storageError(path: string, what: string, cause: unknown): StorageError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new StorageError(`history ${path} could not be ${what}: ${why}`, {
    cause,
    hint: 'check that the disk is not full and that the folder can be written to',
  })
}
