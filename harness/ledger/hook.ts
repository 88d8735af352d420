import { spawn } from 'node:child_process'
import type { Clock } from '../kernel/clock.ts'
import { commandText } from '../kernel/command-words.ts'
import type { Json } from '../kernel/json.ts'
import { type Micros, millis } from '../kernel/time.ts'
import type { LedgerEntry } from './ledger.ts'
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts'

/** Most characters of what a command prints that are kept. */
export const printedCharactersMax = 4_096

/** How long a command may take to end in order, such as to give back the lock of its state. */
const graceMicrosMax: Micros = millis(3_000)

/** Pause between two looks at a command that was asked to end. */
const lookPause: Micros = millis(50)

/** How long the kernel may take to end a command, and its last output to arrive. */
const endMicrosMax: Micros = millis(2_000)

/** What every command of a user's is given of the environment. */
const plainVariables = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'TZ']

/** A command of the user's, ready to be run; it holds no secret. */
export interface HookCommand {
  /** The program and its arguments; no shell reads them. */
  readonly words: readonly string[]
  readonly folder: string
  /** Names of variables that it is given of the environment. */
  readonly environment: readonly string[]
  /** What it is told besides, such as `INTERREGNUM_REGION`. */
  readonly variables: Readonly<Record<string, string>>
  readonly timeoutMillis: number
}

/** What became of a command. */
export interface HookEnd {
  /** True for exit code 0 in time. */
  readonly well: boolean
  /** Such as `exit code 3`, `SIGKILL`, or that it took too long. */
  readonly how: string
  /** The beginning of what it printed, where that was asked for. */
  readonly printed: string
}

/** How to run it. */
export interface HookRunOptions {
  readonly clock: Clock
  /** Keeps what it prints; otherwise that goes nowhere, and a server it starts can write on. */
  readonly keepsOutput?: boolean
  /** Called when it runs, before anything is waited for. */
  readonly onStart?: (identity: ProcessIdentity) => Promise<void>
  /** Ends it at once. */
  readonly signal?: AbortSignal
}

/**
 * Runs a command in a process group of its own, and ends the group where it takes too long: it is
 * asked to (SIGTERM), then has no choice. What a command that ended in time leaves running is the
 * user's own, and is left alone.
 */
export async function runHook(command: HookCommand, options: HookRunOptions): Promise<HookEnd> {
  const missing = command.environment.filter((name) => process.env[name] === undefined)
  if (missing.length > 0) return refused(`the variable ${missing.join(', ')} is not set`)
  const { keepsOutput = false, clock } = options
  const [program = '', ...given] = command.words
  const child = spawn(program, given, {
    cwd: command.folder,
    env: environmentOf(command),
    detached: true,
    stdio: ['ignore', keepsOutput ? 'pipe' : 'ignore', 'ignore'],
  })
  let printed = ''
  child.stdout?.setEncoding('utf8')
  child.stdout?.on('error', () => {})
  child.stdout?.on('data', (text: string) => {
    if (printed.length < printedCharactersMax) printed += text.slice(0, printedCharactersMax)
  })
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const identity = child.pid === undefined ? undefined : await identify(child.pid)
  if (identity !== undefined) await options.onStart?.(identity)
  const over = new AbortController()
  const stopped = stop(options.signal, over.signal)
  const late = clock.sleep(millis(command.timeoutMillis), over.signal).then(
    () => `took longer than ${command.timeoutMillis} ms and was ended`,
    () => 'over',
  )
  const how = await Promise.race([exited, late, stopped])
  over.abort()
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null
  if (!isGone()) await endGroup(child.pid, async () => isGone(), clock)
  if (keepsOutput) await Promise.race([closed, clock.sleep(millis(250)).catch(() => {})])
  child.stdout?.destroy()
  await Promise.race([exited, clock.sleep(endMicrosMax).catch(() => {})])
  return { well: how === 'exit code 0', how, printed: printed.slice(0, printedCharactersMax) }
}

function refused(how: string): HookEnd {
  return { well: false, how: `was not started: ${how}`, printed: '' }
}

function environmentOf({ environment, variables }: HookCommand): NodeJS.ProcessEnv {
  const given: NodeJS.ProcessEnv = {}
  for (const name of [...plainVariables, ...environment]) {
    const value = process.env[name]
    if (value !== undefined) given[name] = value
  }
  return { ...given, ...variables }
}

function stop(signal: AbortSignal | undefined, over: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const end = (): void => resolve('was ended with the run')
    if (signal?.aborted === true) end()
    else signal?.addEventListener('abort', end, { once: true, signal: over })
  })
}

async function endGroup(
  pid: number | undefined,
  isGone: () => Promise<boolean>,
  clock: Clock,
): Promise<void> {
  if (pid === undefined || pid <= 1) return
  signalGroup(pid, 'SIGTERM')
  const deadline = clock.monotonic() + graceMicrosMax
  while (!(await isGone()) && clock.monotonic() < deadline) await clock.sleep(lookPause)
  // Whatever it began, or itself.
  signalGroup(pid, 'SIGKILL')
}

function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // It ended a moment ago.
  }
}

/** A hook of the user's that was begun, as a ledger has it. */
export interface BegunHook {
  /** Such as `hook isolatePrimary of us-east-1`. */
  readonly owner: string
  /** Takes it back; absent where there is nothing to take back but its process. */
  readonly undo?: HookCommand
  /** Its process, while it is under way. */
  readonly process?: ProcessIdentity
}

/** What a hook is in a ledger, before it runs. */
export function hookDetail(undo: HookCommand | undefined): Readonly<Record<string, Json>> {
  return undo === undefined ? {} : { undo: { ...undo } as unknown as Json }
}

/** The hook that an entry names; undefined for other entries. */
export function begunHookOf({ kind, owner, detail }: LedgerEntry): BegunHook | undefined {
  if (kind !== 'hook') return undefined
  const { undo, pid, startTime } = detail
  const isKnown = typeof pid === 'number' && typeof startTime === 'string'
  return {
    owner,
    ...(typeof undo === 'object' && undo !== null ? { undo: undo as unknown as HookCommand } : {}),
    ...(isKnown ? { process: { pid, startTime } } : {}),
  }
}

/** A begun hook as a sentence without a full stop; undefined where nothing of it can be left. */
export function hookText(entry: LedgerEntry): string | undefined {
  const begun = begunHookOf(entry)
  if (begun?.undo === undefined) return undefined
  return `${begun.owner} is perhaps in force; its undo is: ${undoText(begun.undo)}`
}

/** How a command ended, after its name. */
export function endText({ how }: Pick<HookEnd, 'how'>): string {
  return how.startsWith('exit code') || how.startsWith('SIG') ? `ended with ${how}` : how
}

function undoText({ folder, words }: HookCommand): string {
  return `cd ${commandText([folder])} && ${commandText([...words])}`
}

/**
 * Ends hooks that are under way and takes back what hooks did, the newest first.
 *
 * @returns What was done, and what could not be, as sentences without a full stop.
 */
export async function undoHooks(
  entries: readonly LedgerEntry[],
  clock: Clock,
): Promise<{ readonly removed: readonly string[]; readonly remaining: readonly string[] }> {
  const removed: string[] = []
  const remaining: string[] = []
  for (const entry of entries.toReversed()) {
    const begun = begunHookOf(entry)
    if (begun === undefined) continue
    const { owner, undo, process } = begun
    if (process !== undefined && (await isAlive(process.pid, process.startTime))) {
      const { pid, startTime } = process
      await endGroup(pid, async () => !(await isAlive(pid, startTime)), clock)
      removed.push(`process ${process.pid} of ${owner}`)
    }
    if (undo === undefined) continue
    const end = await runHook(undo, { clock })
    if (end.well) removed.push(`${owner}: its undo ran`)
    else
      remaining.push(`${owner} is perhaps in force: its undo (${undoText(undo)}) ${endText(end)}`)
  }
  return { removed, remaining }
}

/** How long the undoing of these may take, in milliseconds. */
export function hooksMillisMax(entries: readonly LedgerEntry[]): number {
  let sum = 0
  for (const entry of entries) {
    const begun = begunHookOf(entry)
    if (begun !== undefined) sum += (begun.undo?.timeoutMillis ?? 0) + 10_000
  }
  return sum
}
