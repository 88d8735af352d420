import { resolve } from 'node:path'
import { type Clock, systemClock, systemWallClock } from '../kernel/clock.ts'
import { WorldError } from '../kernel/errors.ts'
import { millis } from '../kernel/time.ts'
import { audit, describeFindings, disturbanceText } from './audit.ts'
import { createFileLedger, type FileLedger } from './file-ledger.ts'
import type { Ledger } from './ledger.ts'
import { readLedger } from './ledger-file.ts'
import { identify } from './process-identity.ts'
import { type Reaper, startReaper } from './reaper.ts'
import { createRunId } from './run-id.ts'
import { ledgerPath, stateFolder } from './state-folder.ts'
import { type Undone, undo } from './undo.ts'

/** How long a run may live unless its options say otherwise: 12 hours. */
export const runTimeToLiveMillis = 43_200_000

/** How long the removal of leftovers may take at the end of a run. */
const undoMillisMax = 5_000

/** Most sentences about leftovers that one run says. */
const sentencesMax = 100

/** How to open a run. */
export interface RunGuardOptions {
  /** Where the ledger is kept; the user's state folder by default. */
  readonly stateFolder?: string
  readonly runId?: string
  /** What the user typed, for `doctor`. */
  readonly command?: string
  /** After this the reaper undoes everything, whether the run still lives or not. */
  readonly timeToLiveMillis?: number
  /** Takes sentences that the user should read, such as that the reaper is gone for good. */
  readonly onWarning?: (sentence: string) => void
}

/** A run that is watched: whatever happens to this process, what it started is undone. */
export interface RunGuard {
  readonly ledger: Ledger
  readonly runId: string
  /** Environment that every child of this run must carry. */
  readonly environment: Readonly<Record<string, string>>
  /** What hooks and links of somebody's system are perhaps still disturbed by, a clause each. */
  disturbed(): Promise<readonly string[]>
  /**
   * Ends the watch. Returns one sentence for each thing that the run had left behind, and what
   * became of it; empty for a clean run. Call it when all stacks are disposed; twice is no error.
   */
  close(): Promise<readonly string[]>
}

/**
 * Opens a run: reaper first, then the ledger, so that at no moment a ledger exists that nobody
 * watches.
 *
 * @throws StorageError if the state folder cannot be written; WorldError if no reaper starts.
 */
export async function openRun(options: RunGuardOptions = {}): Promise<RunGuard> {
  const clock = systemClock()
  const wall = systemWallClock()
  const state = resolve(options.stateFolder ?? stateFolder())
  const runId = options.runId ?? createRunId(wall.now())
  const timeToLiveMillis = options.timeToLiveMillis ?? runTimeToLiveMillis
  const runProcess = await identify(process.pid)
  if (runProcess === undefined) throw new WorldError('this process does not find itself')
  const opened: { ledger?: FileLedger; reaper?: Parameters<FileLedger['noteReaper']>[0] } = {}
  const reaper = await startReaper({
    ledgerPath: ledgerPath(state, runId),
    runId,
    timeToLiveMillis,
    clock,
    onStarted: async (identity) => {
      opened.reaper = identity
      await opened.ledger?.noteReaper(identity)
    },
    onWarning: options.onWarning ?? (() => {}),
  })
  try {
    const command = options.command ?? process.argv.join(' ')
    opened.ledger = await createFileLedger({
      stateFolder: state,
      runId,
      runProcess,
      command,
      timeToLiveMillis,
      wall,
    })
    if (opened.reaper !== undefined) await opened.ledger.noteReaper(opened.reaper)
  } catch (error) {
    await reaper.done()
    throw error
  }
  return guard(opened.ledger, reaper, clock)
}

function guard(ledger: FileLedger, reaper: Reaper, clock: Clock): RunGuard {
  const { runId, environment } = ledger
  let closed: Promise<readonly string[]> | undefined
  return {
    ledger,
    runId,
    environment,
    disturbed: async () =>
      ((await readLedger(ledger.path))?.entries ?? []).flatMap(disturbanceText),
    close: () => {
      closed ??= closeRun(ledger, reaper, clock)
      return closed
    },
  }
}

async function closeRun(
  ledger: FileLedger,
  reaper: Reaper,
  clock: Clock,
): Promise<readonly string[]> {
  const entries = (await readLedger(ledger.path))?.entries ?? []
  const subject = { runId: ledger.runId, entries }
  const found = describeFindings(await audit(subject))
  const undone: Undone =
    found.length === 0
      ? { removed: [], remaining: [] }
      : await undo(subject, clock, millis(undoMillisMax))
  // The reaper is dismissed last: until then a death of this process is noticed.
  if (undone.remaining.length === 0) await ledger.remove()
  else await ledger.close()
  await reaper.done()
  const fate = undone.remaining.length === 0 ? '; it was cleaned up' : ''
  return [
    ...found.slice(0, sentencesMax).map((sentence) => `${sentence} after the run${fate}`),
    ...undone.remaining.map((sentence) => `${sentence}; interregnum recover tries again`),
  ]
}
