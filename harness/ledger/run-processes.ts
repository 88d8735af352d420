import type { LedgerEntry } from './ledger.ts'
import { processOf } from './ledger-file.ts'
import type { ObservedProcess } from './process-observation.ts'
import { processTable } from './process-table.ts'
import { runIdVariable } from './run-id.ts'

/** A process that is there because of a run. */
export interface OwnedProcess extends ObservedProcess {
  /** As the ledger says it. */
  readonly owner: string
  readonly command: string
}

/**
 * The processes of a run, found by three marks: the ledger; the run id in their environment; and
 * the process group of such a process, for servers that write their title over their environment,
 * as Redis does. A number that a group carries is given to nobody else. Where its leader is gone
 * the group may be a later one of somebody else: who is in it has to work in a folder of the run.
 *
 * @param leaders - Ids of processes that were seen to be the run's; those of this look are added.
 */
export async function processesOfRun(
  { runId, entries }: { readonly runId: string; readonly entries: readonly LedgerEntry[] },
  leaders: Set<number> = new Set(),
): Promise<readonly OwnedProcess[]> {
  const table = processTable()
  const found = new Map<number, OwnedProcess>()
  const owners = new Map<number, string>()
  for (const { tags, ...tagged } of await table.tagged()) {
    if (tagged.pid === process.pid || tags[runIdVariable] !== runId) continue
    found.set(tagged.pid, { ...tagged, owner: 'not in the ledger' })
  }
  for (const entry of entries) {
    const identity = processOf(entry)
    if (identity === undefined) continue
    const { pid, startTime } = identity
    const { owner } = entry
    owners.set(pid, owner)
    const seen = await table.observe(pid)
    if (seen?.startTime !== startTime) continue
    const command = found.get(pid)?.command ?? 'environment changed'
    found.set(pid, { ...seen, owner, command })
  }
  for (const pid of found.keys()) leaders.add(pid)
  const groups = new Set([...owners.keys(), ...leaders])
  for (const { group, ...member } of await table.members(groups)) {
    if (found.has(member.pid) || member.pid === process.pid) continue
    const isOurs = leaders.has(group) || (await worksFor(runId, member.pid))
    if (isOurs)
      found.set(member.pid, { ...member, owner: owners.get(group) ?? 'not in the ledger' })
  }
  return [...found.values()]
}

/** The name of every folder of a run carries its id. */
async function worksFor(runId: string, pid: number): Promise<boolean> {
  return (await processTable().workingFolder(pid))?.includes(runId) === true
}
