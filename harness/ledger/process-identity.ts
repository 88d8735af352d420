import { processTable } from './process-table.ts'

/** A process, not just a pid: pids are reused. */
export interface ProcessIdentity {
  readonly pid: number
  readonly startTime: string
}

/** The identity of a process that lives now; undefined if there is none (a zombie is none). */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const seen = await processTable().observe(pid)
  return seen === undefined ? undefined : { pid, startTime: seen.startTime }
}

/** True while exactly this process lives. */
export async function isAlive(pid: number, startTime: string): Promise<boolean> {
  return (await identify(pid))?.startTime === startTime
}

/**
 * Signals exactly this process; false if it is gone. Between look and signal lie microseconds, in
 * which the kernel would have to hand out every other pid first.
 */
export async function signalProcess(
  { pid, startTime }: ProcessIdentity,
  ...signals: readonly NodeJS.Signals[]
): Promise<boolean> {
  if (pid <= 1 || !(await isAlive(pid, startTime))) return false
  for (const signal of signals) {
    try {
      process.kill(pid, signal)
    } catch {
      return false
    }
  }
  return true
}
