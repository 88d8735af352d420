import { readdir, stat } from 'node:fs/promises'
import { systemWallClock } from '../kernel/clock.ts'
import { type Instant, seconds } from '../kernel/time.ts'
import { type AuditFindings, audit, type FoundProcess, withPorts } from './audit.ts'
import { findEngine } from './engine.ts'
import {
  type EngineObject,
  listEngineObjects,
  processLabel,
  runLabel,
  stateLabel,
} from './engine-objects.ts'
import { type LedgerState, readLedger } from './ledger-file.ts'
import { relationTo } from './machine.ts'
import { isAlive, type ProcessIdentity } from './process-identity.ts'
import { processTable } from './process-table.ts'
import {
  isRunId,
  parseRunProcess,
  runIdVariable,
  runProcessVariable,
  runStateVariable,
} from './run-id.ts'
import { ledgerPath, runsFolder } from './state-folder.ts'

/** Most ledgers that are looked at. */
const runsMax = 10_000

/** How long the opening of a run may take before its empty ledger means that it died. */
const openingMicrosMax = seconds(30)

/**
 * `alive`: its process runs. `ending`: its process is gone, its reaper still works. `dead`: both
 * are gone. `elsewhere`: it belongs to another machine or container and cannot be judged here.
 */
export type RunState = 'alive' | 'ending' | 'dead' | 'elsewhere'

/** A run that the state folder lists. */
export interface RunReport {
  readonly runId: string
  readonly state: RunState
  readonly pid: number | undefined
  readonly created: Instant | undefined
  readonly command: string
  /** What exists because of it: for a live run that is as it should be. */
  readonly findings: AuditFindings
  readonly ledger: LedgerState
}

/** A process that carries the id of a run that this state folder does not list. */
export interface StrayProcess extends FoundProcess {
  readonly runId: string
  /** Whether the process that ran the run is gone; `unknown` processes are never touched. */
  readonly run: 'alive' | 'gone' | 'unknown'
}

/** Every run that the state folder lists, oldest first. */
export async function listRuns(state: string): Promise<readonly RunReport[]> {
  const names = await readdir(runsFolder(state)).catch((): string[] => [])
  const ids = names
    .filter((name) => name.endsWith('.ndjson'))
    .map((name) => name.slice(0, -'.ndjson'.length))
    .filter(isRunId)
    .sort()
  const reports: RunReport[] = []
  for (const runId of ids.slice(0, runsMax)) {
    const ledger = await readLedger(ledgerPath(state, runId))
    if (ledger === undefined) continue
    // Between the creation of the file and its first line lies a moment: that run is not dead.
    if (ledger.run === undefined && (await isYoung(ledgerPath(state, runId)))) continue
    reports.push(await reportOf(runId, ledger))
  }
  return reports
}

/**
 * Processes of runs whose ledger was in this state folder and is not among `known` any more. Runs
 * of other state folders have ledgers there, and are none of ours.
 */
export async function listStrays(
  state: string,
  known: ReadonlySet<string>,
): Promise<readonly StrayProcess[]> {
  const strays: StrayProcess[] = []
  for (const tagged of await processTable().tagged()) {
    const runId = tagged.tags[runIdVariable]
    if (runId === undefined || known.has(runId) || tagged.pid === process.pid) continue
    if (tagged.tags[runStateVariable] !== encodeURIComponent(state)) continue
    const { tags, ...seen } = tagged
    const run = await stateOfRunProcess(tags[runProcessVariable])
    strays.push({ ...(await withPorts({ ...seen, owner: `run ${runId}` })), runId, run })
  }
  return strays
}

/** An object of an engine that carries the label of a run that this state folder does not list. */
export interface StrayObject extends EngineObject {
  readonly runId: string
  readonly engine: string
  /** Whether the process that ran the run is gone; `unknown` objects are never touched. */
  readonly run: StrayProcess['run']
}

/**
 * Objects of this machine's engine whose run had its ledger in this state folder, and is not among
 * `known` any more. Where no engine answers there are none.
 *
 * @throws WorldError where an engine answers and does not say what it keeps.
 */
export async function listStrayObjects(
  state: string,
  known: ReadonlySet<string>,
): Promise<readonly StrayObject[]> {
  const { address: engine, version } = await findEngine()
  if (engine === undefined || version === undefined) return []
  const label = `${stateLabel}=${encodeURIComponent(state)}`
  const found = await listEngineObjects(engine, label)
  const strays: StrayObject[] = []
  for (const object of found) {
    const runId = object.labels[runLabel]
    if (runId === undefined || !isRunId(runId) || known.has(runId)) continue
    const run = await stateOfRunProcess(object.labels[processLabel])
    strays.push({ ...object, runId, engine, run })
  }
  return strays
}

async function isYoung(path: string): Promise<boolean> {
  const changed = await stat(path).then(
    ({ mtimeMs }) => mtimeMs * 1_000,
    () => 0,
  )
  return systemWallClock().now() - changed < openingMicrosMax
}

async function reportOf(runId: string, ledger: LedgerState): Promise<RunReport> {
  const state = await stateOf(ledger)
  const findings: AuditFindings =
    state === 'elsewhere'
      ? { processes: [], paths: [], objects: [], services: [], faults: [] }
      : await audit({ runId, entries: ledger.entries })
  return {
    runId,
    state,
    pid: ledger.run?.pid,
    created: ledger.run?.created,
    command: ledger.run?.command ?? 'unknown: its ledger is torn',
    findings,
    ledger,
  }
}

async function stateOf({ run, reaper }: LedgerState): Promise<RunState> {
  // A run that died while it opened, and whose disk was full perhaps.
  if (run === undefined) return 'dead'
  const relation = relationTo(run.machine)
  if (relation !== 'here') return relation === 'rebooted' ? 'dead' : 'elsewhere'
  if (await lives(run)) return 'alive'
  return reaper !== undefined && (await lives(reaper)) ? 'ending' : 'dead'
}

async function stateOfRunProcess(tag: string | undefined): Promise<StrayProcess['run']> {
  const run = parseRunProcess(tag)
  // A process of a container is seen from its host, but its run's pid means another one there.
  if (run === undefined || relationTo(run.machine) !== 'here') return 'unknown'
  return (await lives(run)) ? 'alive' : 'gone'
}

function lives({ pid, startTime }: ProcessIdentity): Promise<boolean> {
  return isAlive(pid, startTime)
}
