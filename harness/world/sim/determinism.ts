import { Worker } from 'node:worker_threads'
import { runInSim, type Sim, type SimOptions, type SimOutcome } from './run-in-sim.ts'

/**
 * Runs the same seed twice in this process and holds every trace entry of the second run against
 * the first: what outlives a run, such as a module-level counter, shows at its first effect.
 *
 * @throws NondeterminismError with both entries and the stack at the first difference.
 */
export async function runTwice<T>(
  options: Omit<SimOptions, 'trace'>,
  body: (sim: Sim) => Promise<T>,
): Promise<SimOutcome<T>> {
  const first = await runInSim({ ...options, trace: { mode: 'record' } }, body)
  const against = first.record ?? { entries: [] }
  return runInSim({ ...options, trace: { mode: 'compare', against } }, body)
}

export interface RepetitionOptions {
  readonly seeds: readonly number[]
  /** One whole run; answers all that must be equal, such as the trace digest and the history. */
  readonly run: (seed: number) => Promise<readonly string[]>
  /** Worker threads that keep the processors busy meanwhile. Default 0. */
  readonly busyLoops?: number
}

export interface RepetitionResult {
  readonly seeds: number
  /** Seeds whose second run answered something else. */
  readonly differing: readonly number[]
  /** What each seed answered, in the order of the seeds, to compare processes and versions. */
  readonly answers: readonly (readonly string[])[]
}

/** Runs every seed, then every seed again in reverse order, beside busy loops. */
export async function repeatSeeds(options: RepetitionOptions): Promise<RepetitionResult> {
  const { seeds, run, busyLoops = 0 } = options
  const stop = startBusyLoops(busyLoops)
  try {
    const first = new Map<number, readonly string[]>()
    for (const seed of seeds) first.set(seed, await run(seed))
    const differing: number[] = []
    for (const seed of [...seeds].reverse()) {
      const again = await run(seed)
      if (JSON.stringify(again) !== JSON.stringify(first.get(seed))) differing.push(seed)
    }
    return { seeds: seeds.length, differing: differing.reverse(), answers: [...first.values()] }
  } finally {
    await stop()
  }
}

/** Worker threads that spin until they are stopped. */
function startBusyLoops(count: number): () => Promise<void> {
  const source = 'for (let round = 0; ; round += 1) Math.sqrt(round)'
  const workers = Array.from({ length: count }, () => new Worker(source, { eval: true }))
  return async () => {
    for (const worker of workers) await worker.terminate()
  }
}
