import { WorldError } from '../kernel/errors.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'
import { listRuns, type RunReport } from './run-report.ts'
import { stateFolder } from './state-folder.ts'

/** A system of somebody's, as a run uses it. */
export interface ClaimedSystem {
  /** Where its Regions are, such as `https://login-east.example.com`. */
  readonly urls: readonly string[]
  /** False where only the way of the run's own clients is disturbed. */
  readonly disturbs: boolean
}

/**
 * Notes that a run is at a system. What one run disturbs there another would take for a finding:
 * two are at one system only where neither disturbs it.
 *
 * @throws WorldError naming the run that is there, or that died and left it disturbed.
 */
export async function claimSystem(ledger: Ledger, system: ClaimedSystem): Promise<void> {
  const { urls, disturbs } = system
  // Noted before it looks: of two that come at once, one sees the other.
  await ledger.intend('system', urls.join(' and '), { urls: [...urls], disturbs })
  for (const run of await listRuns(stateFolder())) {
    if (run.runId === ledger.runId) continue
    const other = run.ledger.entries.flatMap((entry) => claimedSystemOf(entry) ?? [])
    const shared = other.find((one) => one.urls.some((url) => urls.includes(url)))
    if (shared === undefined || !(shared.disturbs || disturbs)) continue
    const problem = problemOf(run)
    if (problem !== undefined) throw problem
  }
}

function problemOf({ runId, state, pid, findings }: RunReport): WorldError | undefined {
  if (state === 'dead' || state === 'ending') {
    if (findings.objects.length === 0) return undefined
    return new WorldError(`run ${runId} died at this system: ${findings.objects.join('; ')}`, {
      hint: 'interregnum recover takes it back',
    })
  }
  const whose = state === 'alive' ? `process ${pid}` : 'on another machine'
  return new WorldError(`run ${runId} (${whose}) is at this system, and runs disturb each other`, {
    hint: 'wait until it has ended; `interregnum doctor` shows runs',
  })
}

/** The system that an entry names; undefined for other entries. */
function claimedSystemOf({ kind, detail }: LedgerEntry): ClaimedSystem | undefined {
  const { urls, disturbs } = detail
  if (kind !== 'system' || !Array.isArray(urls)) return undefined
  return { urls: urls.map(String), disturbs: disturbs !== false }
}
