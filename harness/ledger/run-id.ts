import { randomBytes } from 'node:crypto'
import type { Instant } from '../kernel/time.ts'

/** Name of the environment variable that every child of a run carries. */
export const runIdVariable = 'INTERREGNUM_RUN_ID'

/** Name of the variable that says which process runs the run, see {@link formatRunProcess}. */
export const runProcessVariable = 'INTERREGNUM_RUN_PROCESS'

/** Name of the variable that says where the ledger is: the state folder, percent-encoded. */
export const runStateVariable = 'INTERREGNUM_RUN_STATE'

/** Name of the variable by which a reaper is known; it never carries the run's own. */
export const reaperVariable = 'INTERREGNUM_REAPER_OF'

const pattern = /^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}$/

/** A new run id: the second in UTC and 48 random bits, such as `20260102T030405Z-9f86d081884c`. */
export function createRunId(now: Instant): string {
  const second = new Date(now / 1_000).toISOString().replace(/[-:]|\.[0-9]+/g, '')
  return `${second}-${randomBytes(6).toString('hex')}`
}

/** True for what {@link createRunId} returns: such a string is safe in a file name. */
export function isRunId(text: string): boolean {
  return pattern.test(text)
}

/** The process that runs a run, and the machine on which its pid means something. */
export interface RunProcess {
  readonly pid: number
  readonly startTime: string
  readonly machine: string
}

/** Text without blanks: `ps` prints an environment with blanks between its variables. */
export function formatRunProcess({ pid, startTime, machine }: RunProcess): string {
  return [String(pid), startTime, machine].map(encodeURIComponent).join('/')
}

/** Reads {@link formatRunProcess}; undefined for any other text. */
export function parseRunProcess(text: string | undefined): RunProcess | undefined {
  const match = /^([0-9]+)\/([^/ ]+)\/([^/ ]+)$/.exec(text ?? '')
  const [pid, startTime, machine] = [match?.[1], match?.[2], match?.[3]]
  if (pid === undefined || startTime === undefined || machine === undefined) return undefined
  return {
    pid: Number(pid),
    startTime: decodeURIComponent(startTime),
    machine: decodeURIComponent(machine),
  }
}
