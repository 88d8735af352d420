import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DeadlineError } from '../../kernel/clock.ts'
import type { Address } from '../region-addresses.ts'
import { clientConf } from './client-conf.ts'
import type { KerberosTool } from './find-kerberos.ts'
import { realm } from './topology.ts'

/** So many programs run at once; the next one waits. */
const programsMax = 16

/**
 * A program whose harness died ends by itself. One whose connection is reset says so, and is not
 * ended by a signal before it can (env(1) and timeout(1) of GNU).
 */
const bounded = ['--ignore-signal=PIPE', 'timeout', '30'] as const

const wordsMax = 65_536

/** What one program came to. */
export interface Ran {
  readonly ok: boolean
  readonly out: string
  readonly err: string
  /** Where it did not come to its end: the code of the outcome. */
  readonly cut?: 'not-sent' | 'deadline' | 'aborted'
}

/** Programs of a client that knows one server of the realm, by an address over its link. */
export class Programs {
  readonly #paths: Readonly<Record<KerberosTool, string>>
  readonly #folder: string
  readonly #conf: string
  readonly #address: Address
  readonly #slots: Slots
  #caches = 0
  #ready: Promise<void> | undefined

  /** @param folder - For configuration and caches, of this client alone. */
  constructor(options: {
    readonly paths: Readonly<Record<KerberosTool, string>>
    readonly folder: string
    readonly address: Address
    readonly slots: Slots
  }) {
    this.#paths = options.paths
    this.#folder = options.folder
    this.#conf = join(options.folder, 'krb5.conf')
    this.#address = options.address
    this.#slots = options.slots
  }

  /** A cache of tickets that is gone after the work; `tickets` is what it holds before. */
  async withCache<T>(
    tickets: Uint8Array | undefined,
    work: (cache: string, read: () => Promise<Uint8Array>) => Promise<T>,
  ): Promise<T> {
    this.#caches += 1
    const path = join(this.#folder, `cache-${this.#caches}`)
    await this.#configured()
    try {
      if (tickets !== undefined) await writeFile(path, tickets, { mode: 0o600 })
      return await work(`FILE:${path}`, () => readFile(path))
    } finally {
      await rm(path, { force: true })
    }
  }

  /** Runs one program; what is secret goes to its standard input. */
  async run(
    tool: KerberosTool,
    argv: readonly string[],
    { input, signal }: { readonly input: string; readonly signal: AbortSignal },
  ): Promise<Ran> {
    const free = await this.#slots.take(signal)
    if (free === undefined) return { ok: false, out: '', err: '', cut: 'not-sent' }
    try {
      return await this.#start(tool, argv, input, signal)
    } finally {
      free()
    }
  }

  /** Writes what the programs read; again, where the folder was lost with a disk. */
  #configured(): Promise<void> {
    if (this.#ready !== undefined && existsSync(this.#folder)) return this.#ready
    this.#ready = this.#configure()
    return this.#ready
  }

  async #configure(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await writeFile(this.#conf, clientConf(realm, this.#address, this.#address), { mode: 0o600 })
  }

  #start(
    tool: KerberosTool,
    argv: readonly string[],
    input: string,
    signal: AbortSignal,
  ): Promise<Ran> {
    const child = spawn('env', [...bounded, this.#paths[tool], ...argv], {
      env: { ...process.env, LC_ALL: 'C', KRB5_CONFIG: this.#conf, KRB5CCNAME: 'MEMORY:nobody' },
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (text: Buffer) => {
      out = (out + text.toString()).slice(-wordsMax)
    })
    child.stderr.on('data', (text: Buffer) => {
      err = (err + text.toString()).slice(-wordsMax)
    })
    const stop = (): void => killGroup(child.pid)
    signal.addEventListener('abort', stop, { once: true })
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    return new Promise((resolve) => {
      const end = (ok: boolean): void => {
        signal.removeEventListener('abort', stop)
        const late = signal.reason instanceof DeadlineError ? 'deadline' : 'aborted'
        resolve({ ok, out, err, ...(signal.aborted && !ok ? { cut: late } : {}) })
      }
      child.once('error', (error) => {
        err = error.message
        end(false)
      })
      child.once('close', (code) => end(code === 0))
    })
  }
}

/** How many programs of a run may run at once. */
export class Slots {
  #free = programsMax
  readonly #waiting: (() => void)[] = []

  /** Resolves with what gives the slot back; undefined where the signal came first. */
  async take(signal: AbortSignal): Promise<(() => void) | undefined> {
    while (this.#free === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          signal.removeEventListener('abort', done)
          resolve()
        }
        this.#waiting.push(done)
        signal.addEventListener('abort', done, { once: true })
      })
    }
    if (signal.aborted) {
      this.#waiting.shift()?.()
      return undefined
    }
    this.#free -= 1
    return () => {
      this.#free += 1
      this.#waiting.shift()?.()
    }
  }
}

/** `timeout` leads a group of its own, and the program is in it. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL')
    } catch {
      // It is gone, or leads no group yet.
    }
  }
}
