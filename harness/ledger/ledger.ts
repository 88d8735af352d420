import type { Json } from '../kernel/json.ts'

/** What can be started or disturbed and must be undone. */
export type ResourceKind =
  | 'process'
  | 'directory'
  | 'file'
  | 'fault'
  | 'container'
  | 'network'
  | 'volume'
  | 'image'
  /** Containers of somebody else that the run uses, and has to leave as it found them. */
  | 'attachment'
  /** What a hook of the user's did to a system of his, with the command that takes it back. */
  | 'hook'
  /** A system of somebody's that a run is at: two runs do not disturb one. */
  | 'system'
  /** A link that a Toxiproxy of somebody carries, which has to be left as it was found. */
  | 'link'
  /** What a target made at a service elsewhere, such as users in a pool of a cloud. */
  | 'service'

/** One thing that exists (or is about to) because of a run. */
export interface LedgerEntry {
  readonly id: string
  readonly kind: ResourceKind
  readonly owner: string
  readonly detail: Readonly<Record<string, Json>>
}

/**
 * Written before the thing exists, in the user's state directory. `intend` is durable when it
 * resolves; `confirm` adds what is known only afterwards (pid and start time).
 */
export interface Ledger {
  readonly runId: string
  /** Environment that every child of this run carries. */
  readonly environment: Readonly<Record<string, string>>
  intend(kind: ResourceKind, owner: string, detail: Readonly<Record<string, Json>>): Promise<string>
  confirm(id: string, detail: Readonly<Record<string, Json>>): Promise<void>
  release(id: string): Promise<void>
}

/** An in-memory ledger for worlds that start nothing outside this process. */
export function noLedger(): Ledger {
  let next = 0
  return {
    runId: 'none',
    environment: {},
    intend: async () => {
      next += 1
      return `entry${next}`
    },
    confirm: async () => {},
    release: async () => {},
  }
}
