import type { Ledger } from '../ledger/ledger.ts'
import { triedInContainers, tryInContainer } from './container/try-in-container.ts'
import { failingSyncsFault, fullDiskFault, tryFailingSyncs } from './failing-syncs.ts'

/** Faults that depend on the machine, by world: only these are tried. */
export const triedFaults: Readonly<Record<'process' | 'container', readonly string[]>> = {
  process: [failingSyncsFault, fullDiskFault],
  container: triedInContainers,
}

/**
 * Tries which of these faults this machine cannot inject in a world, before anything of a run
 * depends on it: each is done and undone to something that nobody uses.
 *
 * @param faults - By name; one that no machine lacks is not tried.
 * @param ledger - Lists what is made for it; all of it is removed.
 * @returns Those that failed, each with the reason.
 */
export async function missingFaults(
  world: 'process' | 'container',
  faults: ReadonlySet<string>,
  ledger: Ledger,
): Promise<ReadonlyMap<string, string>> {
  const wanted = triedFaults[world].filter((name) => faults.has(name))
  const missing = new Map<string, string>()
  const attempt = async (name: string, work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => {
      missing.set(name, error instanceof Error ? error.message : String(error))
    })
  }
  if (wanted.length === 0) return missing
  if (world === 'container') await tryInContainer(ledger, wanted, attempt)
  // One library does both.
  else for (const name of wanted) await attempt(name, () => tryFailingSyncs(ledger))
  return missing
}
