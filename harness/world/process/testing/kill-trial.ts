import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../../kernel/clock.ts'
import { builtModule } from '../../../kernel/paths.ts'
import { type Micros, millis, toMillis } from '../../../kernel/time.ts'
import { processOf, readLedger } from '../../../ledger/ledger-file.ts'
import { listeners, socketInodes } from '../../../ledger/linux-process-table.ts'
import type { TaggedProcess } from '../../../ledger/process-observation.ts'
import { processTable } from '../../../ledger/process-table.ts'
import { recover } from '../../../ledger/recover.ts'
import { runsFolder } from '../../../ledger/state-folder.ts'
import { within } from '../within.ts'

/** How soon after the kill nothing may be left. */
const cleanMillisDefault = 2_000
const lookMillis = 10

/** What SIGKILL hits. */
export const killVictims = ['run', 'process-group', 'reaper-then-run', 'paused-region'] as const

export type KillVictim = (typeof killVictims)[number]

/** One trial. */
export interface KillTrialOptions {
  readonly victim: KillVictim
  /** When to kill. */
  readonly delayMillis: number
  /** From when the delay counts: the start of the run's process, or its first word on output. */
  readonly from?: 'start' | 'first-output'
  /** For `reaper-then-run`: when the run is killed. 0, the default, gives it no time to notice. */
  readonly gapMillis?: number
  /** The run: a program and its arguments. By default a run of two toy Regions. */
  readonly command?: readonly [string, ...string[]]
  readonly workingFolder?: string
  /** How soon after the kill nothing may be left; 2 s by default. */
  readonly cleanMillisMax?: number
  /** What runs of a state folder left outside the process table and the disk, as sentences. */
  readonly elsewhere?: (stateFolder: string) => Promise<readonly string[]>
}

/** What a trial came to. */
export interface KillTrial {
  readonly victim: KillVictim
  readonly delayMillis: number
  /** Processes of the run, its reaper among them, when it was killed; 0: it had not begun. */
  readonly processes: number
  /** What there was `elsewhere` at that moment. */
  readonly elsewhere: number
  /**
   * `clean`: nothing was left in time. `recovered`: something was, and `recover` found it and
   * removed it. `dirty`: something is still there.
   */
  readonly outcome: 'clean' | 'recovered' | 'dirty'
  /** When nothing was left, from the kill; undefined if not in time. */
  readonly cleanMillis: number | undefined
  /** What was left then, as sentences. */
  readonly left: readonly string[]
  /** What `recover` said that it removed. */
  readonly recovered: readonly string[]
}

/** What belongs to one trial: everything is found by these two folders. */
interface Scene {
  readonly clock: Clock
  readonly folder: string
  readonly state: string
  readonly temporary: string
  readonly cleanMillisMax: number
  elsewhere(): Promise<readonly string[]>
}

/**
 * Starts a run in folders of its own, kills it at a chosen moment and looks what it left: processes
 * by their environment, listening sockets by their inode, folders and ledgers by their place.
 */
export async function killTrial(options: KillTrialOptions): Promise<KillTrial> {
  const folder = await mkdtemp(join(tmpdir(), 'kill-trial-'))
  const state = join(folder, 'state')
  const scene: Scene = {
    ...{ clock: systemClock(), folder, state },
    temporary: join(folder, 'tmp'),
    cleanMillisMax: options.cleanMillisMax ?? cleanMillisDefault,
    elsewhere: async () => options.elsewhere?.(state) ?? [],
  }
  await mkdir(scene.temporary)
  const run = launch(scene, options)
  try {
    if (options.from === 'first-output') await firstOutput(run, scene.clock)
    await scene.clock.sleep(millis(options.delayMillis))
    const before = await processesOf(scene)
    const sockets = before.flatMap(({ pid }) => [...socketInodes('/proc', pid)])
    const elsewhere = await scene.elsewhere()
    const killed = await kill(scene, run, options)
    const cleanAfter = await untilClean(scene, sockets, killed)
    const left = cleanAfter === undefined ? await remains(scene, sockets) : []
    const recovered = left.length === 0 ? [] : await recoverAll(scene)
    const still = left.length === 0 ? [] : await remains(scene, sockets)
    return {
      victim: options.victim,
      delayMillis: options.delayMillis,
      processes: before.length,
      elsewhere: elsewhere.length,
      outcome: left.length === 0 ? 'clean' : still.length === 0 ? 'recovered' : 'dirty',
      cleanMillis: cleanAfter === undefined ? undefined : toMillis(cleanAfter),
      left,
      recovered,
    }
  } finally {
    for (const { pid } of await processesOf(scene)) signal(pid, 'SIGKILL')
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function launch(scene: Scene, options: KillTrialOptions): ChildProcess {
  const script = builtModule('harness/world/process/testing/toy-run.ts')
  const [program, ...parameters] = options.command ?? [process.execPath, script]
  const run = spawn(program, parameters, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.workingFolder === undefined ? {} : { cwd: options.workingFolder }),
    env: { ...process.env, INTERREGNUM_STATE_DIR: scene.state, TMPDIR: scene.temporary },
  })
  run.on('error', () => {})
  for (const said of [run.stdout, run.stderr]) said?.on('error', () => {}).resume()
  return run
}

/** A run that says nothing for so long is killed as it is. */
const firstOutputMillisMax = 30_000

async function firstOutput(run: ChildProcess, clock: Clock): Promise<void> {
  const said = new Promise<void>((resolve) => {
    for (const stream of [run.stdout, run.stderr]) stream?.once('data', () => resolve())
    run.once('exit', () => resolve())
  })
  await within(clock, millis(firstOutputMillisMax), said)
}

/** Kills the victim; the moment from which the time to be clean counts. */
async function kill(scene: Scene, run: ChildProcess, options: KillTrialOptions): Promise<Micros> {
  const pid = run.pid ?? 0
  if (options.victim === 'process-group') signal(-pid, 'SIGKILL')
  if (options.victim === 'reaper-then-run') {
    const gapMillis = options.gapMillis ?? 0
    if (gapMillis === 0) signal(pid, 'SIGSTOP')
    for (const { reaper } of await ledgersOf(scene)) signal(reaper?.pid, 'SIGKILL')
    await scene.clock.sleep(millis(gapMillis))
  }
  if (options.victim === 'paused-region') {
    const entries = (await ledgersOf(scene)).flatMap((ledger) => ledger.entries)
    const region = entries.find(({ owner, kind }) => kind === 'process' && /^Region /.test(owner))
    if (region !== undefined) signal(processOf(region)?.pid, 'SIGSTOP')
  }
  signal(pid, 'SIGKILL')
  return scene.clock.monotonic()
}

async function untilClean(
  scene: Scene,
  sockets: readonly string[],
  killed: Micros,
): Promise<Micros | undefined> {
  const { clock, cleanMillisMax } = scene
  while (clock.monotonic() - killed <= millis(cleanMillisMax)) {
    if ((await remains(scene, sockets)).length === 0) return clock.monotonic() - killed
    await clock.sleep(millis(lookMillis))
  }
  return undefined
}

async function remains(scene: Scene, sockets: readonly string[]): Promise<readonly string[]> {
  const open = listeners()
  return [
    ...(await processesOf(scene)).map(({ pid, command }) => `process ${pid} (${command})`),
    ...sockets.flatMap((inode) => (open.has(inode) ? [`port ${open.get(inode)}`] : [])),
    ...(await names(scene.temporary)).map((name) => `folder ${name}`),
    ...(await names(runsFolder(scene.state))).map((name) => `ledger ${name}`),
    ...(await scene.elsewhere()),
  ]
}

/**
 * The run, its children and its reaper inherit where the state is; a server that wrote over its
 * environment still works in a folder of the run.
 */
async function processesOf(
  scene: Scene,
): Promise<readonly Pick<TaggedProcess, 'pid' | 'command'>[]> {
  const table = processTable()
  const tagged = await table.tagged()
  const found = tagged.filter(({ tags }) => tags.INTERREGNUM_STATE_DIR === scene.state)
  const known = new Set(found.map(({ pid }) => pid))
  const others: { pid: number; command: string }[] = []
  for (const pid of (await names('/proc')).map(Number)) {
    if (!(pid > 0) || known.has(pid)) continue
    const folder = await table.workingFolder(pid)
    if (folder?.startsWith(scene.temporary)) others.push({ pid, command: `works in ${folder}` })
  }
  return [...found, ...others]
}

async function ledgersOf(scene: Scene) {
  const paths = (await names(runsFolder(scene.state))).map((name) =>
    join(runsFolder(scene.state), name),
  )
  const ledgers = await Promise.all(paths.map(readLedger))
  return ledgers.filter((ledger) => ledger !== undefined)
}

async function recoverAll(scene: Scene): Promise<readonly string[]> {
  const { recovered } = await recover({ stateFolder: scene.state })
  return recovered.flatMap(({ runId, removed }) => [`ledger ${runId}`, ...removed])
}

function names(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => [])
}

function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined || pid === 0) return
  try {
    process.kill(pid, name)
  } catch {
    // It is gone already.
  }
}
