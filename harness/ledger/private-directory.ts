import { randomBytes } from 'node:crypto'
import { lstat, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, isAbsolute, join } from 'node:path'
import { StorageError } from '../kernel/errors.ts'
import type { Ledger } from './ledger.ts'

/** How often the system is asked again while something in the folder still moves. */
const removalRetriesMax = 5
const removalRetryMillis = 20

/** A folder for this user alone, listed in the ledger before it exists. */
export interface PrivateDirectory {
  readonly path: string
  /** Removes it with all that it holds. Twice is no error. */
  remove(): Promise<void>
}

/**
 * Creates a folder of mode 0700 below the system's folder for temporary files. Its name carries
 * the run id: only folders whose name does are ever removed.
 */
export async function createPrivateDirectory(
  ledger: Ledger,
  owner: string,
): Promise<PrivateDirectory> {
  const name = `interregnum-${ledger.runId}-${randomBytes(4).toString('hex')}`
  const path = join(tmpdir(), name)
  const entry = await ledger.intend('directory', owner, { path })
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (cause) {
    await ledger.release(entry)
    throw new StorageError(`the folder ${path} could not be created`, {
      cause,
      hint: 'set TMPDIR to a folder on a disk with room that you may write to',
    })
  }
  return {
    path,
    remove: async () => {
      await removeOwned(path, ledger.runId)
      await ledger.release(entry)
    },
  }
}

/** True if something is at `path`. */
export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

/**
 * Removes what a ledger lists, but only if its name carries the run id: a ledger that was tampered
 * with, or a defect of ours, must not remove somebody's home.
 *
 * @throws StorageError if it is not ours to remove or could not be removed.
 */
export async function removeOwned(path: string, runId: string): Promise<void> {
  if (!isAbsolute(path) || !basename(path).includes(runId)) {
    throw new StorageError(`${path} is not removed: its name does not carry the run id ${runId}`)
  }
  try {
    await rm(path, {
      recursive: true,
      force: true,
      maxRetries: removalRetriesMax,
      retryDelay: removalRetryMillis,
    })
  } catch (cause) {
    throw new StorageError(`${path} could not be removed`, { cause })
  }
}
