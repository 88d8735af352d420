import { existsSync } from 'node:fs'
import type { Clock } from '../kernel/clock.ts'
import type { Json } from '../kernel/json.ts'
import { type Micros, millis } from '../kernel/time.ts'
import type { LedgerEntry } from './ledger.ts'

/** How long the removal of what a run made at services elsewhere may take in all. */
export const serviceUndoMillisMax = 60_000

/** Something that a run made at a service elsewhere, such as users in a pool of a cloud. */
export interface ServiceThing {
  /** The target that made it; its module `undo` removes it. */
  readonly target: string
  /** Such as `users "interregnum-…" of pool eu-west-1_x`: what a person is told. */
  readonly what: string
  /** What its target needs to find it. No secret stands here. */
  readonly detail: Readonly<Record<string, Json>>
}

/** What a module `undo` of a target exports. */
export interface ServiceUndo {
  /**
   * Removes the thing and looks that it is gone. It may be there, or only be about to be.
   *
   * @returns What is left, as sentences without a full stop; empty: it was looked for, and is gone.
   */
  readonly undoService: (
    detail: ServiceThing['detail'],
    signal: AbortSignal,
  ) => Promise<readonly string[]>
}

/** What a thing at a service is in a ledger. */
export function serviceDetail({ target, what, detail }: ServiceThing): ServiceThing['detail'] {
  return { ...detail, target, what }
}

/** The thing that an entry names; undefined for other entries. */
export function serviceOf({ kind, detail }: LedgerEntry): ServiceThing | undefined {
  const { target, what } = detail
  const isThing = kind === 'service' && typeof target === 'string' && typeof what === 'string'
  return isThing ? { target, what, detail } : undefined
}

/** Removes what the entries name at services, the newest first, each by its target's module. */
export async function undoServices(
  entries: readonly LedgerEntry[],
  clock: Clock,
): Promise<{ readonly removed: readonly string[]; readonly remaining: readonly string[] }> {
  const removed: string[] = []
  const remaining: string[] = []
  const deadline: Micros = clock.monotonic() + millis(serviceUndoMillisMax)
  for (const entry of entries.toReversed()) {
    const thing = serviceOf(entry)
    if (thing === undefined) continue
    const signal = clock.timeout(Math.max(1, deadline - clock.monotonic()))
    const left = await undoThing(thing, signal).catch((error: unknown) => [wordsOf(error)])
    if (left.length === 0) removed.push(thing.what)
    else remaining.push(...left.map((sentence) => `${thing.what}: ${sentence}`))
  }
  return { removed, remaining }
}

async function undoThing(
  { target, detail }: ServiceThing,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const module = moduleOf(target)
  if (module === undefined) return [`there is no target "${target}" that could remove it`]
  const { undoService } = (await import(module)) as ServiceUndo
  return undoService(detail, signal)
}

/** The ledger knows no target: it is found by its name, as targets are. */
function moduleOf(target: string): string | undefined {
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(target)) return undefined
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
  const module = new URL(`../target/${target}/undo${extension}`, import.meta.url)
  return existsSync(module) ? module.href : undefined
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
