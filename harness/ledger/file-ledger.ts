import { type FileHandle, open, rm } from 'node:fs/promises'
import type { WallClock } from '../kernel/clock.ts'
import { InterregnumError, StorageError } from '../kernel/errors.ts'
import { invariant } from '../kernel/invariant.ts'
import { makeFolder } from '../kernel/make-folder.ts'
import type { Ledger } from './ledger.ts'
import { type LedgerRecord, ledgerFormat } from './ledger-file.ts'
import { thisMachine } from './machine.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { formatRunProcess, runIdVariable, runProcessVariable, runStateVariable } from './run-id.ts'
import { ledgerPath, runsFolder } from './state-folder.ts'

/** Most entries that one run may record. */
const entriesMax = 1_000_000

/** What a ledger needs to know of its run. */
export interface FileLedgerOptions {
  readonly stateFolder: string
  readonly runId: string
  /** The process whose end is the end of the run. */
  readonly runProcess: ProcessIdentity
  readonly command: string
  readonly timeToLiveMillis: number
  readonly wall: WallClock
}

/** A ledger in one file, readable by whoever cleans up after this process. */
export interface FileLedger extends Ledger {
  readonly path: string
  noteReaper(reaper: ProcessIdentity): Promise<void>
  /** Closes the file and leaves it where it is. */
  close(): Promise<void>
  /** Closes and removes the file: nothing is left of the run. */
  remove(): Promise<void>
}

/**
 * Creates `<state>/runs/<runId>.ndjson`, for this user alone. Each line is written before the
 * promise of its call resolves, an intent also synced to the disk.
 *
 * @throws StorageError if the state folder cannot be written.
 */
export async function createFileLedger(options: FileLedgerOptions): Promise<FileLedger> {
  const { stateFolder, runId, runProcess, timeToLiveMillis, wall } = options
  const path = ledgerPath(stateFolder, runId)
  const file = await refusal(path, async () => {
    await makeFolder(runsFolder(stateFolder), 0o700)
    return open(path, 'ax', 0o600)
  })
  const write = recordWriter(file, path)
  let entries = 0
  const begin = async (): Promise<void> =>
    write(
      {
        type: 'run',
        format: ledgerFormat,
        runId,
        machine: thisMachine(),
        ...runProcess,
        created: wall.now(),
        timeToLiveMillis,
        command: options.command,
      },
      true,
    )
  await begin().catch(async (error: unknown) => {
    // A ledger that nobody can read would look like a run that died.
    await file.close()
    await rm(path, { force: true })
    throw error
  })
  const close = once(() => file.close())
  return {
    runId,
    path,
    environment: {
      [runIdVariable]: runId,
      [runStateVariable]: encodeURIComponent(stateFolder),
      [runProcessVariable]: formatRunProcess({ ...runProcess, machine: thisMachine() }),
    },
    intend: async (kind, owner, detail) => {
      entries += 1
      invariant(entries <= entriesMax, `a run records at most ${entriesMax} resources`)
      const id = `e${entries}`
      const own = detail.timeToLiveMillis
      await write(
        {
          type: 'intend',
          id,
          kind,
          owner,
          detail,
          created: wall.now(),
          timeToLiveMillis: typeof own === 'number' ? own : timeToLiveMillis,
        },
        true,
      )
      return id
    },
    confirm: (id, detail) => write({ type: 'confirm', id, detail }, false),
    release: (id) => write({ type: 'release', id }, false),
    noteReaper: (reaper) => write({ type: 'reaper', ...reaper }, false),
    close,
    remove: async () => {
      await close()
      await refusal(path, () => rm(path, { force: true }))
    },
  }
}

/**
 * Appends records one after the other. A record that could not be written whole may leave a piece
 * behind: the next one then starts on a line of its own.
 */
function recordWriter(
  file: FileHandle,
  path: string,
): (record: LedgerRecord, sync: boolean) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve()
  let torn = false
  const append = async (text: string, sync: boolean): Promise<void> => {
    const prefix = torn ? '\n' : ''
    torn = true
    await file.appendFile(`${prefix}${text}\n`)
    torn = false
    if (sync) await file.datasync()
  }
  return (record, sync) => {
    const written = last.then(() => refusal(path, () => append(JSON.stringify(record), sync)))
    last = written.catch(() => {})
    return written
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined
  return () => {
    result ??= action()
    return result
  }
}

async function refusal<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    if (InterregnumError.is(cause)) throw cause
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new StorageError(`the ledger ${path} could not be written (${reason})`, {
      cause,
      hint: 'set INTERREGNUM_STATE_DIR to a folder on a disk with room that you may write to',
    })
  }
}
