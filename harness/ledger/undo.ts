import type { Clock } from '../kernel/clock.ts'
import { type Micros, millis } from '../kernel/time.ts'
import { attachmentOf, restoreAttachment } from './attachment.ts'
import { undoBorrowedLinks } from './borrowed-link.ts'
import { undoHooks } from './hook.ts'
import { pathOf, type RecordedEntry } from './ledger-file.ts'
import { exists, removeOwned } from './private-directory.ts'
import { isAlive, type ProcessIdentity, signalProcess } from './process-identity.ts'
import { processesOfRun } from './run-processes.ts'
import { undoServices } from './service.ts'
import { removeSharedMemory, sharedMemoryOf } from './shared-memory.ts'
import { undoEngine } from './undo-engine.ts'

/** Pause between two looks at the process table. */
const lookInterval: Micros = millis(20)

/**
 * So many looks in a row must find nothing: a process that was being started while we looked
 * shows its environment only after its `exec`.
 */
const quietLooksNeeded = 3

/** What is undone. */
export interface UndoSubject {
  readonly runId: string
  readonly entries: readonly RecordedEntry[]
  /** Engines to look at beside those that the entries name. */
  readonly engines?: readonly string[]
}

/** What was done and what could not be, as sentences without a full stop. */
export interface Undone {
  readonly removed: readonly string[]
  readonly remaining: readonly string[]
}

/**
 * How much longer the removal of what an engine keeps may take, where a run used one. It takes a
 * second or two; an engine that has much to do is not left with the rest.
 */
export const engineUndoMillisMax = 60_000

/**
 * Ends every process of a run, paused ones too, then removes its folders and files, bounded by
 * `within`; then what container engines keep of it. What is left then is said.
 */
export async function undo(subject: UndoSubject, clock: Clock, within: Micros): Promise<Undone> {
  const deadline = clock.monotonic() + within
  const processes = await endProcesses(subject, clock, deadline)
  const paths = await removePaths(subject, clock, deadline)
  const lateDeadline = clock.monotonic() + millis(engineUndoMillisMax)
  // What says that the project is in use goes last.
  const attachments = await undoAttachments(subject, clock, lateDeadline)
  const objects = await undoEngine(subject, clock, lateDeadline)
  const links = await undoBorrowedLinks(subject.entries)
  // Each is bounded in time by what its file says.
  const hooks = await undoHooks(subject.entries, clock)
  const services = await undoServices(subject.entries, clock)
  const parts = [processes, paths, attachments, objects, links, hooks, services]
  return {
    removed: parts.flatMap(({ removed }) => removed),
    remaining: parts.flatMap(({ remaining }) => remaining),
  }
}

/** Compose projects that the run used are left as it found them. */
async function undoAttachments(
  { entries }: UndoSubject,
  clock: Clock,
  deadline: Micros,
): Promise<Undone> {
  const removed: string[] = []
  const remaining: string[] = []
  for (const entry of entries) {
    const attachment = attachmentOf(entry)
    if (attachment === undefined) continue
    const left = await restoreAttachment(attachment, clock, deadline)
    if (left.length === 0) removed.push(`attachment to compose project ${attachment.project}`)
    else remaining.push(...left)
  }
  return { removed, remaining }
}

async function endProcesses(subject: UndoSubject, clock: Clock, deadline: Micros): Promise<Undone> {
  const signalled = new Map<string, ProcessIdentity>()
  const leaders = new Set<number>()
  const sharedMemory = new Set<number>()
  let quietLooks = 0
  while (quietLooks < quietLooksNeeded && clock.monotonic() < deadline) {
    const found = await processesOfRun(subject, leaders)
    quietLooks = found.length === 0 ? quietLooks + 1 : 0
    for (const identity of found) {
      signalled.set(`${identity.pid}/${identity.startTime}`, identity)
      for (const id of sharedMemoryOf(identity.pid)) sharedMemory.add(id)
      await signalProcess(identity, 'SIGCONT', 'SIGKILL')
    }
    await clock.sleep(lookInterval)
  }
  const { removed: freed, remaining: kept } = await removeSharedMemory(sharedMemory)
  const removed = [...freed]
  const remaining = [...kept]
  for (const { pid, startTime } of signalled.values()) {
    const left = await isAlive(pid, startTime)
    ;(left ? remaining : removed).push(left ? `process ${pid} does not die` : `process ${pid}`)
  }
  return { removed, remaining }
}

async function removePaths(subject: UndoSubject, clock: Clock, deadline: Micros): Promise<Undone> {
  const removed: string[] = []
  const remaining: string[] = []
  for (const entry of subject.entries.toReversed()) {
    const path = pathOf(entry)
    if (path === undefined || !(await exists(path))) continue
    const within = Math.max(0, deadline - clock.monotonic())
    const failure = await bounded(removeOwned(path, subject.runId), clock, within)
    if (failure === undefined) removed.push(`${entry.kind} ${path}`)
    else remaining.push(`${entry.kind} ${path} is still there: ${failure}`)
  }
  return { removed, remaining }
}

async function bounded(
  removal: Promise<void>,
  clock: Clock,
  within: Micros,
): Promise<string | undefined> {
  const done = new AbortController()
  const late = clock.sleep(within, done.signal).then(
    () => 'the time to remove things ran out',
    () => undefined,
  )
  const outcome = removal.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  const result = await Promise.race([outcome, late])
  done.abort()
  return result
}
