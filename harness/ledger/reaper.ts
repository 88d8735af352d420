import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import type { Clock } from '../kernel/clock.ts'
import { WorldError } from '../kernel/errors.ts'
import { builtModule } from '../kernel/paths.ts'
import { millis } from '../kernel/time.ts'
import { identify, type ProcessIdentity } from './process-identity.ts'
import { reaperVariable, runIdVariable, runProcessVariable, runStateVariable } from './run-id.ts'

/** How long a reaper may take to say that it watches. */
const readyMillisMax = 15_000

/** How long a reaper may take to leave after the run said that it is done. */
const farewellMillisMax = 2_000

/** How often a reaper that was killed is replaced. */
export const reaperRestartsMax = 5

/** What a reaper watches. */
export interface ReaperOptions {
  readonly ledgerPath: string
  readonly runId: string
  readonly timeToLiveMillis: number
  readonly clock: Clock
  /** Called for the first reaper and for each that takes the place of one that was killed. */
  readonly onStarted: (reaper: ProcessIdentity) => Promise<void>
  /** Called with a sentence when nobody watches any more. */
  readonly onWarning: (sentence: string) => void
}

/** The process that cleans up when this one dies. */
export interface Reaper {
  /** Tells it that the run ended in order; resolves when it is gone. */
  done(): Promise<void>
}

/**
 * Starts a reaper in a session of its own and resolves when it watches. It lives by a pipe from
 * this process; if it alone is killed, another takes its place.
 *
 * @throws WorldError if it does not start.
 */
export async function startReaper(options: ReaperOptions): Promise<Reaper> {
  let restarts = 0
  let leaving = false
  let child = await launch(options)
  let restarting: Promise<void> = Promise.resolve()
  const replace = async (): Promise<void> => {
    if (leaving) return
    restarts += 1
    if (restarts > reaperRestartsMax) {
      options.onWarning(`the reaper ended ${restarts} times and is not started again`)
      return
    }
    child = await launch(options)
    watch()
  }
  const watch = (): void => {
    const onExit = (): void => {
      restarting = replace().catch((error: unknown) =>
        options.onWarning(`nobody watches this run: ${String(error)}`),
      )
    }
    if (child.exitCode !== null || child.signalCode !== null) onExit()
    else child.once('exit', onExit)
  }
  watch()
  return {
    done: async () => {
      leaving = true
      await restarting
      await bidFarewell(child, options.clock)
    },
  }
}

async function launch(options: ReaperOptions): Promise<ChildProcess> {
  const { ledgerPath, runId, timeToLiveMillis, clock } = options
  const child = spawn(
    process.execPath,
    [builtModule('harness/ledger/reaper-main.ts'), ledgerPath, runId, String(timeToLiveMillis)],
    { cwd: '/', detached: true, env: environment(runId), stdio: ['pipe', 'pipe', 'ignore'] },
  )
  child.stdin.on('error', () => {})
  child.stdout.on('error', () => {})
  await readiness(child, clock)
  // What waits for a reaper must not keep a finished run alive.
  child.unref()
  for (const stream of [child.stdin, child.stdout]) if (stream instanceof Socket) stream.unref()
  const identity = await identify(child.pid ?? 0)
  if (identity !== undefined) await options.onStarted(identity)
  return child
}

/** Without what would make the reaper a process of the run, or start it under a debugger. */
function environment(runId: string): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, [reaperVariable]: runId }
  const tags = [runIdVariable, runProcessVariable, runStateVariable]
  for (const name of [...tags, 'NODE_OPTIONS', 'NODE_V8_COVERAGE']) {
    delete environment[name]
  }
  return environment
}

async function readiness(child: ChildProcess, clock: Clock): Promise<void> {
  const settled = new AbortController()
  const ready = new Promise<string | undefined>((resolve) => {
    child.stdout?.once('data', () => resolve(undefined))
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `exit code ${code}`}`))
  })
  const late = clock.sleep(millis(readyMillisMax), settled.signal).then(
    () => `it said nothing for ${readyMillisMax} ms`,
    () => undefined,
  )
  const failure = await Promise.race([ready, late])
  settled.abort()
  if (failure === undefined) return
  child.kill('SIGKILL')
  throw new WorldError(`the reaper did not start: ${failure}`, {
    hint: 'build the package first (npm run build): reapers start from dist/',
  })
}

async function bidFarewell(child: ChildProcess, clock: Clock): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.ref()
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const settled = new AbortController()
  child.stdin?.end('done')
  const late = clock.sleep(millis(farewellMillisMax), settled.signal).catch(() => {})
  await Promise.race([gone, late])
  settled.abort()
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await gone
  }
}
