import { attachmentOf } from './attachment.ts'
import { borrowedLinkText } from './borrowed-link.ts'
import { hookText } from './hook.ts'
import type { LedgerEntry } from './ledger.ts'
import { engineObjectOf, pathOf } from './ledger-file.ts'
import { exists } from './private-directory.ts'
import { processTable } from './process-table.ts'
import { type OwnedProcess, processesOfRun } from './run-processes.ts'
import { serviceOf } from './service.ts'
import type { UndoSubject } from './undo.ts'
import { enginesOf, objectsOfRun } from './undo-engine.ts'

/** A process of a run with the ports that it listens on. */
export interface FoundProcess extends OwnedProcess {
  readonly listening: readonly string[]
}

/** What exists because of a run. */
export interface AuditFindings {
  readonly processes: readonly FoundProcess[]
  /** Folders and files of the ledger that are there, as `directory /path`. */
  readonly paths: readonly string[]
  /**
   * What container engines keep of it, as `container name (owner) is running`, and what is perhaps
   * disturbed of somebody's system.
   */
  readonly objects: readonly string[]
  /** What it made at services elsewhere and did not remove. */
  readonly services: readonly string[]
  /** Faults that were not healed although something that they act on is still there. */
  readonly faults: readonly string[]
}

/**
 * Looks for what a run left: in the process table and in the engines that it used, whatever the
 * ledger says, and on the disk.
 * A fault of this machine's worlds ends with the processes that it acts on.
 */
export async function audit(subject: UndoSubject): Promise<AuditFindings> {
  const processes = await Promise.all((await processesOfRun(subject)).map(withPorts))
  const objects = [
    ...(await findObjects(subject)),
    ...subject.entries.flatMap(attachmentText),
    ...subject.entries.flatMap(disturbanceText),
  ]
  const paths: string[] = []
  const faults: string[] = []
  for (const entry of subject.entries) {
    const path = pathOf(entry)
    if (path !== undefined && (await exists(path))) paths.push(`${entry.kind} ${path}`)
    const alive = processes.length > 0 || objects.length > 0
    if (entry.kind === 'fault' && alive) faults.push(entry.owner)
  }
  const services = subject.entries.flatMap((entry) => serviceOf(entry)?.what ?? [])
  return { processes, paths, objects, services, faults }
}

/** The findings as sentences without a full stop. */
export function describeFindings(findings: AuditFindings): readonly string[] {
  return [
    ...findings.processes.map(describeProcess),
    ...findings.paths.map((path) => `${path} exists`),
    ...findings.objects,
    ...findings.services.map((what) => `${what} may still be there`),
    ...findings.faults.map((owner) => `the fault of ${owner} was not healed`),
  ]
}

/** What an entry says of somebody's system that is perhaps disturbed. */
export function disturbanceText(entry: LedgerEntry): readonly string[] {
  const text = borrowedLinkText(entry) ?? hookText(entry)
  return text === undefined ? [] : [text]
}

/** What was attached to is somebody's, who may have taken it down by now: it is not asked. */
function attachmentText(entry: LedgerEntry): readonly string[] {
  const attachment = attachmentOf(entry)
  if (attachment === undefined) return []
  return [`compose project ${attachment.project} is attached to, and perhaps disturbed`]
}

/** One process as a sentence. */
export function describeProcess(found: FoundProcess): string {
  const ports = found.listening.length === 0 ? '' : `, listening on ${found.listening.join(', ')}`
  const command = found.command.length > 120 ? `${found.command.slice(0, 120)}…` : found.command
  return `process ${found.pid} (${found.owner}: ${command}) is ${found.state}${ports}`
}

/** Adds the ports to a process. */
export async function withPorts(process: OwnedProcess): Promise<FoundProcess> {
  return { ...process, listening: await processTable().listening(process.pid) }
}

async function findObjects(subject: UndoSubject): Promise<readonly string[]> {
  const owners = new Map<string, string>()
  for (const entry of subject.entries) {
    const object = engineObjectOf(entry)
    if (object !== undefined) owners.set(`${object.kind} ${object.name}`, entry.owner)
  }
  const found: string[] = []
  for (const engine of enginesOf(subject)) {
    try {
      for (const object of await objectsOfRun(engine, subject.runId)) {
        const name = `${object.kind} ${object.name}`
        found.push(`${name} (${owners.get(name) ?? 'not in the ledger'}) is ${object.state}`)
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      found.push(`its containers cannot be looked at: ${reason}`)
    }
  }
  return found
}
