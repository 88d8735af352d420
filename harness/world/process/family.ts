import type { Clock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import { millis } from '../../kernel/time.ts'
import { isAlive, type ProcessIdentity, signalProcess } from '../../ledger/process-identity.ts'
import { processTable } from '../../ledger/process-table.ts'

/** How long the kernel may take to end processes after SIGKILL. */
const endMillisMax = 10_000
const lookMillis = 2

/** Kills processes, and resolves when they are gone. */
export async function endFamily(family: readonly ProcessIdentity[], clock: Clock): Promise<void> {
  for (const identity of family) await signalProcess(identity, 'SIGKILL')
  const deadline = clock.monotonic() + millis(endMillisMax)
  for (const { pid, startTime } of family) {
    while (await isAlive(pid, startTime)) {
      if (clock.monotonic() > deadline) {
        throw new WorldError(`process ${pid} does not end after SIGKILL`)
      }
      await clock.sleep(millis(lookMillis))
    }
  }
}

/** Resolves as soon as a process that was killed runs nothing any more. */
export async function atRest({ pid, startTime }: ProcessIdentity, clock: Clock): Promise<void> {
  const deadline = clock.monotonic() + millis(endMillisMax)
  while ((await isAlive(pid, startTime)) && !(await processTable().isEnding(pid))) {
    if (clock.monotonic() > deadline) {
      throw new WorldError(`process ${pid} does not end after SIGKILL`)
    }
    await clock.sleep(millis(lookMillis / 4))
  }
}

/** Ends what is left in the process group of a leader that is gone. */
export function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // Nobody is left.
  }
}

/**
 * Signals a process and, where it has a family, every process of it: whoever is paused starts no
 * further one, so the leader comes first.
 */
export async function signalAll(
  leader: ProcessIdentity,
  hasFamily: boolean,
  signal: NodeJS.Signals,
): Promise<boolean> {
  const reached = await signalProcess(leader, signal)
  if (!hasFamily) return reached
  const family = await processTable().descendants(leader.pid)
  for (const identity of family) await signalProcess(identity, signal)
  return reached
}
