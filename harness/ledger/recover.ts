import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { systemClock } from '../kernel/clock.ts'
import { millis } from '../kernel/time.ts'
import type { LedgerEntry } from './ledger.ts'
import {
  listRuns,
  listStrayObjects,
  listStrays,
  type RunReport,
  type RunState,
} from './run-report.ts'
import { ledgerPath, stateFolder } from './state-folder.ts'
import { undo } from './undo.ts'

/** How long the cleaning of one run may take. */
const undoMillisMax = 10_000

/** A dead run that was cleaned. */
export interface RecoveredRun {
  readonly runId: string
  /** Such as `process 4711` or `directory /tmp/…`. */
  readonly removed: readonly string[]
  /** Sentences about what could not be removed; its ledger then stays. */
  readonly remaining: readonly string[]
}

/** What `recover` did. */
export interface Recovery {
  readonly stateFolder: string
  readonly recovered: readonly RecoveredRun[]
  readonly untouched: readonly { readonly runId: string; readonly state: RunState }[]
  /** True if nothing of any dead run is left. */
  readonly clean: boolean
}

/** How far to go. */
export interface RecoverOptions {
  readonly stateFolder?: string
  /**
   * Also forgets runs of another machine or container that shares the state folder: their folders
   * are removed here, their processes cannot be reached from here.
   */
  readonly elsewhere?: boolean
}

/** Cleans what dead runs left. A run whose process lives is never touched, whoever started it. */
export async function recover(options: RecoverOptions = {}): Promise<Recovery> {
  const state = resolve(options.stateFolder ?? stateFolder())
  const runs = await listRuns(state)
  const recovered: RecoveredRun[] = []
  const untouched: { runId: string; state: RunState }[] = []
  for (const run of runs) {
    const dead = run.state === 'dead' || run.state === 'ending'
    if (dead || (run.state === 'elsewhere' && options.elsewhere === true)) {
      recovered.push(await recoverRun(state, run))
    } else untouched.push({ runId: run.runId, state: run.state })
  }
  const known = new Set(runs.map(({ runId }) => runId))
  const strays = (await listStrays(state, known)).filter(({ run }) => run === 'gone')
  const objects = (await listStrayObjects(state, known)).filter(({ run }) => run === 'gone')
  for (const runId of new Set([...strays, ...objects].map((stray) => stray.runId))) {
    const engines = objects.filter((object) => object.runId === runId).map(({ engine }) => engine)
    const subject = { runId, entries: [], engines: [...new Set(engines)] }
    recovered.push({ runId, ...(await undo(subject, systemClock(), millis(undoMillisMax))) })
  }
  const clean = recovered.every(({ remaining }) => remaining.length === 0)
  return { stateFolder: state, recovered, untouched, clean }
}

async function recoverRun(state: string, run: RunReport): Promise<RecoveredRun> {
  // A pid of another machine means another process here.
  const kept = run.ledger.entries.filter(({ kind }) => kind !== 'process').map(withoutPid)
  const entries = run.state === 'elsewhere' ? kept : run.ledger.entries
  const subject = { runId: run.runId, entries }
  const undone = await undo(subject, systemClock(), millis(undoMillisMax))
  if (undone.remaining.length === 0) await rm(ledgerPath(state, run.runId), { force: true })
  return { runId: run.runId, ...undone }
}

function withoutPid<E extends LedgerEntry>(entry: E): E {
  const { pid: _pid, startTime: _startTime, ...detail } = entry.detail
  return { ...entry, detail }
}
