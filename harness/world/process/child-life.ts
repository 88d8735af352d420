import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import { millis } from '../../kernel/time.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { identify, type ProcessIdentity, signalProcess } from '../../ledger/process-identity.ts'
import { processTable } from '../../ledger/process-table.ts'
import type { Casualty } from '../../target/contract.ts'
import { atRest, endFamily, endGroup, signalAll } from './family.ts'
import type { SoftwareLife } from './software-life.ts'
import { type TextTail, textTail } from './text-tail.ts'
import { within } from './within.ts'

/** How much of a child's standard error is kept for messages, in characters. */
const stderrCharactersMax = 16_384

/** How long the kernel may take to end a process after SIGKILL. */
const exitMillisMax = 10_000

/** How long the last words of a dead child may take to arrive. */
const lastWordsMillisMax = 250

/** How to start one child. */
export interface ChildOptions {
  readonly ledger: Ledger
  readonly clock: Clock
  /** For the ledger and for messages, such as `Region us-east-1`. */
  readonly owner: string
  /** A module of ours, for `node <module>`. */
  readonly module?: string
  readonly parameters?: readonly string[]
  /** In place of a module: a program of somebody else and its arguments. */
  readonly command?: readonly string[]
  /** Beside that of this process. */
  readonly environment?: Readonly<Record<string, string>>
  /** It runs servers of its own: they end, pause and resume with it. */
  readonly hasFamily?: boolean
  /** Called when it ended although neither {@link ChildLife.kill} nor `dismiss` asked for it. */
  readonly onCasualty?: (casualty: Casualty) => void
}

/**
 * One operating-system process from its start to its end. Its standard streams are the control
 * channel; pause, resume and kill are signals.
 */
export interface ChildLife extends SoftwareLife {
  readonly identity: ProcessIdentity
}

/**
 * Starts `node <module>`, or another program, in a process group of its own (an interrupt at the
 * terminal reaches the run alone, which then ends its children in order) with the run id in its
 * environment.
 *
 * @throws WorldError if the operating system starts no process.
 */
export async function startChild(options: ChildOptions): Promise<ChildLife> {
  const { ledger, owner } = options
  const command = commandOf(options)
  const entry = await ledger.intend('process', owner, { command })
  const [program, ...given] = options.command ?? [process.execPath, ...command.slice(1)]
  const child = spawn(program ?? '', given, {
    detached: true,
    env: { ...process.env, ...options.environment, ...ledger.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const errors = textTail(stderrCharactersMax)
  const ends = endsOf(child, errors)
  const failed = await spawnFailure(child)
  if (failed !== undefined || child.pid === undefined) {
    await ledger.release(entry)
    throw new WorldError(`${owner} could not be started: ${failed?.message ?? 'no process'}`, {
      cause: failed,
    })
  }
  // A child that is gone already has no start time any more; nothing will ever be signalled.
  const identity = (await identify(child.pid)) ?? { pid: child.pid, startTime: 'gone' }
  try {
    await ledger.confirm(entry, { ...identity })
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  const released = ends.exited.then(() => ledger.release(entry)).catch(() => {})
  const farewell = { asked: false }
  if (options.hasFamily === true) void ends.exited.then(() => endGroup(identity.pid))
  void ends.exited.then((how) => {
    if (!farewell.asked) options.onCasualty?.({ name: owner, pid: identity.pid, how })
  })
  return life(child, identity, ends, { options, errors, released, farewell })
}

function commandOf({ module = '', parameters = [], command }: ChildOptions): readonly string[] {
  return command ?? ['node', module, ...parameters]
}

interface Ends {
  readonly exited: Promise<string>
  readonly closed: Promise<void>
}

interface LifeParts {
  readonly options: ChildOptions
  readonly errors: TextTail
  readonly released: Promise<void>
  readonly farewell: { asked: boolean }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

function life(child: Child, identity: ProcessIdentity, ends: Ends, parts: LifeParts): ChildLife {
  const { clock, owner, hasFamily = false } = parts.options
  const gone = (): boolean => child.exitCode !== null || child.signalCode !== null
  let family: readonly ProcessIdentity[] | undefined
  const strike = async (): Promise<readonly ProcessIdentity[]> => {
    parts.farewell.asked = true
    family ??= hasFamily && !gone() ? await processTable().descendants(identity.pid) : []
    if (!gone()) await signalProcess(identity, 'SIGKILL')
    for (const one of family) await signalProcess(one, 'SIGKILL')
    return family
  }
  return {
    identity,
    input: child.stdin,
    output: child.stdout,
    exited: ends.exited,
    get gone() {
      return gone()
    },
    lastWords: async () => {
      if (gone()) await within(clock, millis(lastWordsMillisMax), ends.closed)
      return parts.errors.read()
    },
    observe: async () => {
      const seen = await processTable().observe(identity.pid)
      if (seen === undefined || seen.startTime !== identity.startTime) return 'stopped'
      return (await processTable().isEnding(identity.pid)) ? 'stopped' : seen.state
    },
    pause: () => signalAll(identity, hasFamily, 'SIGSTOP'),
    resume: () => signalAll(identity, hasFamily, 'SIGCONT'),
    dismiss: () => {
      parts.farewell.asked = true
    },
    halt: async () => {
      for (const one of [identity, ...(await strike())]) await atRest(one, clock)
    },
    kill: async () => {
      await endFamily(await strike(), clock)
      const left = await within(clock, millis(exitMillisMax), ends.exited)
      if (left === undefined) {
        throw new WorldError(`${owner} (process ${identity.pid}) does not end after SIGKILL`)
      }
      await parts.released
    },
  }
}

function endsOf(child: Child, errors: TextTail): Ends {
  child.stderr.setEncoding('utf8')
  child.stderr.on('data', (text: string) => errors.push(text))
  // Writing to a child that is gone is no error of ours: its end is seen by `exited`.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {})
  return {
    exited: new Promise((resolve) =>
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`)),
    ),
    closed: new Promise((resolve) => child.once('close', () => resolve())),
  }
}

function spawnFailure(child: Child): Promise<Error | undefined> {
  return new Promise((resolve) => {
    child.once('spawn', () => resolve(undefined))
    child.once('error', resolve)
  })
}
