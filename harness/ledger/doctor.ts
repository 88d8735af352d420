import { resolve } from 'node:path'
import { describeFindings, describeProcess } from './audit.ts'
import { type EnginePresence, findEngine } from './engine.ts'
import {
  listRuns,
  listStrayObjects,
  listStrays,
  type RunReport,
  type StrayObject,
  type StrayProcess,
} from './run-report.ts'
import { stateFolder } from './state-folder.ts'

/** What `doctor` shows. */
export interface Diagnosis {
  readonly stateFolder: string
  readonly runs: readonly RunReport[]
  /** Processes of runs that the state folder does not list and whose run is not alive. */
  readonly strays: readonly StrayProcess[]
  /** The same for objects of this machine's container engine. */
  readonly strayObjects: readonly StrayObject[]
  /** Whether a container engine answers on this machine. */
  readonly engine: EnginePresence
  /** One sentence for each thing that `recover` would clean. */
  readonly problems: readonly string[]
  /** True if there is nothing to recover. */
  readonly clean: boolean
}

/** How to look. */
export interface DoctorOptions {
  readonly stateFolder?: string
}

/** Lists every run of the state folder and what is left of those that are dead. Changes nothing. */
export async function diagnose(options: DoctorOptions = {}): Promise<Diagnosis> {
  const state = resolve(options.stateFolder ?? stateFolder())
  const runs = await listRuns(state)
  const known = new Set(runs.map(({ runId }) => runId))
  const strays = (await listStrays(state, known)).filter(({ run }) => run !== 'alive')
  const engine = await findEngine()
  const { strayObjects, unseen } = await lookAtEngine(state, known)
  const problems = [
    ...runs.filter(({ state }) => state === 'dead').flatMap(describeDead),
    ...strays.map((stray) => `${describeProcess(stray)}, ${describeStray(stray.run)}`),
    ...strayObjects.map(
      (stray) => `${stray.kind} ${stray.name} is ${stray.state}, ${describeStray(stray.run)}`,
    ),
    ...unseen,
  ]
  const clean = problems.length === 0
  return { stateFolder: state, runs, strays, strayObjects, engine, problems, clean }
}

/** What this machine's engine keeps of runs that are gone, or why nobody knows. */
async function lookAtEngine(
  state: string,
  known: ReadonlySet<string>,
): Promise<{ readonly strayObjects: readonly StrayObject[]; readonly unseen: readonly string[] }> {
  try {
    const objects = await listStrayObjects(state, known)
    return { strayObjects: objects.filter(({ run }) => run !== 'alive'), unseen: [] }
  } catch (error) {
    return { strayObjects: [], unseen: [error instanceof Error ? error.message : String(error)] }
  }
}

/** A dead run and what is left of it. */
export function describeDead(run: RunReport): readonly string[] {
  const left = describeFindings(run.findings)
  const head = `run ${run.runId} (process ${run.pid ?? 'unknown'}) died`
  if (left.length === 0) return [`${head}; only its ledger is left`]
  return left.map((sentence) => `${head}; ${sentence}`)
}

function describeStray(run: StrayProcess['run']): string {
  return run === 'gone'
    ? 'but its run is gone'
    : 'and cannot be told to belong to a live run; it is not touched'
}
