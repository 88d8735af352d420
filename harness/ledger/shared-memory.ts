import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'

const removalMillisMax = 2_000

/**
 * Ids of the System V shared memory that a process made and has in use, from `/proc` (proc(5),
 * shmget(2)); none where there is no `/proc`. It outlives a process that is killed: PostgreSQL has
 * one for each server, and a machine has room for a few thousand.
 */
export function sharedMemoryOf(pid: number): readonly number[] {
  const used = new Set<number>()
  for (const line of linesOf(`/proc/${pid}/maps`)) {
    // Address, permissions, offset, device, inode and name: the inode is the id of the segment.
    const [, id] = /^\S+ \S+ \S+ \S+ (\d+)\s+\/SYSV[0-9a-f]{8}\b/.exec(line) ?? []
    if (id !== undefined) used.add(Number(id))
  }
  if (used.size === 0) return []
  return segments().flatMap(({ id, madeBy }) => (used.has(id) && madeBy === pid ? [id] : []))
}

/** Removes those of them that no process uses any more; says which it removed, and which not. */
export async function removeSharedMemory(
  ids: Iterable<number>,
): Promise<{ readonly removed: readonly string[]; readonly remaining: readonly string[] }> {
  const removed: string[] = []
  const remaining: string[] = []
  for (const id of ids) {
    const words = `shared memory ${id}`
    const users = segments().find((segment) => segment.id === id)?.users
    if (users === undefined) continue
    if (users > 0) {
      remaining.push(`${words} is in use`)
      continue
    }
    try {
      await promisify(execFile)('ipcrm', ['-m', String(id)], { timeout: removalMillisMax })
      removed.push(words)
    } catch {
      if (!segments().some((segment) => segment.id === id)) continue
      remaining.push(`${words} is still there: ipcrm -m ${id} removes it`)
    }
  }
  return { removed, remaining }
}

/** Fields 2 (id), 5 (who made it) and 7 (how often it is attached) of `/proc/sysvipc/shm`. */
function segments() {
  return linesOf('/proc/sysvipc/shm')
    .slice(1)
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map((fields) => ({ id: fields[1], madeBy: fields[4], users: fields[6] ?? 0 }))
    .flatMap(({ id, madeBy, users }) => (id === undefined ? [] : [{ id, madeBy, users }]))
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n')
  } catch {
    return []
  }
}
