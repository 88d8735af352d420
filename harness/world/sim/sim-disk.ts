import { LimitError } from '../../kernel/errors.ts'
import type { Random } from '../../kernel/random.ts'
import type { Micros } from '../../kernel/time.ts'
import type { Disk } from '../../target/region.ts'
import type { Owner } from './owner.ts'
import type { Scheduler } from './scheduler.ts'
import { hashBytes } from './trace.ts'

/** Bytes that one file can hold. */
const fileBytesMax = 1 << 30

interface SimFile {
  readonly name: string
  bytes: Uint8Array
  length: number
  /** Bytes from the start that a loss of power cannot touch. */
  durable: number
  syncing: boolean
  /** Those who asked for a sync since the one under way began: one sync serves them all. */
  waiting: Waiting[]
}

/** Whoever waits for a sync; the error says that nothing became durable. */
type Waiting = (error?: Error) => void

export interface SimDiskOptions {
  readonly scheduler: Scheduler
  readonly random: Random
  /** The Region that owns the disk. */
  readonly region: string
  readonly syncMicros: Micros
}

/**
 * The disk of one Region. It outlives every crash as it is; a loss of power drops or tears, by a
 * keyed draw, what was appended to each file since its last sync. A full one refuses what needs
 * more room and goes on reading. One whose syncs fail takes everything and makes nothing durable.
 */
export class SimDisk {
  readonly #options: SimDiskOptions
  readonly #files = new Map<string, SimFile>()
  #powerLosses = 0
  /** Bytes of all files that there is room for. */
  #capacity = Number.POSITIVE_INFINITY
  #failing = false

  constructor(options: SimDiskOptions) {
    this.#options = options
  }

  /** The disk as one life of the Region sees it; it does nothing for one that is dead. */
  open(owner: Owner): Disk {
    const { scheduler } = this.#options
    const use = <T>(what: string, work: () => Promise<T>): Promise<T> => {
      scheduler.inside(what)
      return owner.alive ? work() : new Promise(() => {})
    }
    return {
      append: (file, bytes) => use('disk.append', async () => this.#append(file, bytes)),
      sync: (file) =>
        use(
          'disk.sync',
          () => new Promise((resolve, reject) => this.#sync(file, owner, resolve, reject)),
        ),
      read: (file) => use('disk.read', async () => this.read(file)),
      replace: (file, bytes) =>
        use(
          'disk.replace',
          () =>
            new Promise((resolve, reject) => this.#replace(file, bytes, owner, resolve, reject)),
        ),
    }
  }

  /** Names of all files, in the order of creation. */
  files(): string[] {
    return [...this.#files.keys()]
  }

  /** A copy of a whole file as it stands, synced or not. */
  read(name: string): Uint8Array | undefined {
    const file = this.#files.get(name)
    return file?.bytes.slice(0, file.length)
  }

  /** Drops or tears the unsynced end of each file. The Region must be dead. */
  losePower(): void {
    const { random, region } = this.#options
    this.#powerLosses += 1
    for (const file of [...this.#files.values()]) {
      file.waiting = []
      const unsynced = file.length - file.durable
      // A file object that a pending sync still holds must not become durable afterwards.
      const survivor: SimFile = { ...file, syncing: false, waiting: [] }
      if (unsynced > 0) {
        const draw = random.at('power-loss', `${region}/${file.name}`, this.#powerLosses)
        const torn = draw.fraction() < 0.5 && unsynced > 1
        survivor.length = file.durable + (torn ? draw.integer(1, unsynced - 1) : 0)
        survivor.durable = survivor.length
      }
      if (unsynced > 0 && survivor.length === 0) this.#files.delete(file.name)
      else this.#files.set(file.name, survivor)
    }
  }

  /** Leaves no room but for what stands there now. */
  fill(): void {
    this.#capacity = this.#used()
  }

  /** There is room for everything again. */
  free(): void {
    this.#capacity = Number.POSITIVE_INFINITY
  }

  /** @param failing - Whether syncs that end from now on answer `EIO`. */
  failSyncs(failing: boolean): void {
    this.#failing = failing
  }

  #used(): number {
    let used = 0
    for (const { length } of this.#files.values()) used += length
    return used
  }

  /** @throws Error with code `ENOSPC`. */
  #reserve(name: string, bytes: number): void {
    if (this.#capacity === Number.POSITIVE_INFINITY || bytes <= 0) return
    if (this.#used() + bytes <= this.#capacity) return
    const { scheduler, region } = this.#options
    scheduler.trace.note(`no room ${region}/${name} ${bytes}`)
    const text = `ENOSPC: no space left on device, write ${name} of Region ${region}`
    throw Object.assign(new Error(text), { code: 'ENOSPC' })
  }

  #append(name: string, bytes: Uint8Array): void {
    const { scheduler, region } = this.#options
    scheduler.trace.note(`append ${region}/${name} ${bytes.length}#${hashBytes(bytes)}`)
    this.#reserve(name, bytes.length)
    const file = this.#fileNamed(name)
    const length = file.length + bytes.length
    if (length > fileBytesMax) {
      throw new LimitError(`file "${name}" of Region ${region} reached ${fileBytesMax} bytes`)
    }
    if (length > file.bytes.length) {
      const larger = new Uint8Array(Math.max(length, file.bytes.length * 2, 4_096))
      larger.set(file.bytes.subarray(0, file.length))
      file.bytes = larger
    }
    file.bytes.set(bytes, file.length)
    file.length = length
  }

  /** The error of a sync that fails; undefined while syncs work. */
  #syncFailure(name: string): Error | undefined {
    if (!this.#failing) return undefined
    const text = `EIO: i/o error, sync ${name} of Region ${this.#options.region}`
    return Object.assign(new Error(text), { code: 'EIO' })
  }

  #sync(name: string, owner: Owner, resolve: () => void, reject: (error: Error) => void): void {
    const file = this.#fileNamed(name)
    file.waiting.push((error) =>
      owner.enter(() => (error === undefined ? resolve() : reject(error))),
    )
    if (!file.syncing) this.#beginSync(file)
  }

  #beginSync(file: SimFile): void {
    const { scheduler, region, syncMicros } = this.#options
    const { length, waiting } = file
    file.syncing = true
    file.waiting = []
    scheduler.after(syncMicros, `sync ${region}/${file.name} ${length}`, () => {
      if (this.#files.get(file.name) !== file) return
      const failure = this.#syncFailure(file.name)
      if (failure === undefined) file.durable = Math.max(file.durable, length)
      file.syncing = false
      for (const done of waiting) done(failure)
      if (file.waiting.length > 0) this.#beginSync(file)
    })
  }

  /** The new content appears in one step, durable, or not at all if the Region dies before. */
  #replace(
    name: string,
    bytes: Uint8Array,
    owner: Owner,
    resolve: () => void,
    reject: (error: unknown) => void,
  ): void {
    const { scheduler, region, syncMicros } = this.#options
    const content = bytes.slice()
    const label = `replace ${region}/${name} ${content.length}#${hashBytes(content)}`
    scheduler.after(syncMicros, label, () => {
      if (!owner.alive) return
      try {
        this.#reserve(name, content.length - (this.#files.get(name)?.length ?? 0))
        const failure = this.#syncFailure(name)
        if (failure !== undefined) throw failure
      } catch (error) {
        owner.enter(() => reject(error))
        return
      }
      const file = this.#fileNamed(name)
      file.bytes = content
      file.length = content.length
      file.durable = content.length
      owner.enter(resolve)
    })
  }

  #fileNamed(name: string): SimFile {
    let file = this.#files.get(name)
    if (file === undefined) {
      file = { name, bytes: new Uint8Array(0), length: 0, durable: 0, syncing: false, waiting: [] }
      this.#files.set(name, file)
    }
    return file
  }
}
