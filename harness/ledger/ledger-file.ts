import { readFile } from 'node:fs/promises'
import type { Json } from '../kernel/json.ts'
import type { Instant } from '../kernel/time.ts'
import { type EngineKind, engineKinds } from './engine-objects.ts'
import type { LedgerEntry } from './ledger.ts'
import type { ProcessIdentity } from './process-identity.ts'

/** Version of the ledger's format. */
export const ledgerFormat = 1

/** The first line of a ledger: who runs the run. */
export interface RunRecord extends ProcessIdentity {
  readonly type: 'run'
  readonly format: typeof ledgerFormat
  readonly runId: string
  /** Where its pids mean something, see `thisMachine`. */
  readonly machine: string
  readonly created: Instant
  readonly timeToLiveMillis: number
  readonly command: string
}

/** An entry with its time: from `created`, it may exist for `timeToLiveMillis`. */
export interface RecordedEntry extends LedgerEntry {
  readonly created: Instant
  readonly timeToLiveMillis: number
}

/** One line of a ledger. */
export type LedgerRecord =
  | RunRecord
  | ({ readonly type: 'reaper' } & ProcessIdentity)
  | ({ readonly type: 'intend' } & RecordedEntry)
  | {
      readonly type: 'confirm'
      readonly id: string
      readonly detail: Readonly<Record<string, Json>>
    }
  | { readonly type: 'release'; readonly id: string }

/** What a ledger says after its last readable line. */
export interface LedgerState {
  readonly run: RunRecord | undefined
  /** The newest reaper. */
  readonly reaper: ProcessIdentity | undefined
  /** What was intended and not released, oldest first. */
  readonly entries: readonly RecordedEntry[]
}

/** Reads a ledger; undefined if there is none. A torn line, as a crash leaves it, says nothing. */
export async function readLedger(path: string): Promise<LedgerState | undefined> {
  try {
    return foldLedger(await readFile(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The state after all lines. */
export function foldLedger(text: string): LedgerState {
  let run: RunRecord | undefined
  let reaper: ProcessIdentity | undefined
  const entries = new Map<string, RecordedEntry>()
  for (const line of text.split('\n')) {
    const record = parseRecord(line)
    switch (record?.type) {
      case 'run':
        run = record
        break
      case 'reaper':
        reaper = { pid: record.pid, startTime: record.startTime }
        break
      case 'intend': {
        const { type: _type, ...entry } = record
        entries.set(entry.id, entry)
        break
      }
      case 'confirm': {
        const entry = entries.get(record.id)
        if (entry !== undefined) {
          entries.set(record.id, { ...entry, detail: { ...entry.detail, ...record.detail } })
        }
        break
      }
      case 'release':
        entries.delete(record.id)
        break
    }
  }
  return { run, reaper, entries: [...entries.values()] }
}

/** The process that an entry names; undefined before it is confirmed. */
export function processOf(entry: LedgerEntry): ProcessIdentity | undefined {
  const { pid, startTime } = entry.detail
  return entry.kind === 'process' && typeof pid === 'number' && typeof startTime === 'string'
    ? { pid, startTime }
    : undefined
}

/** The path that an entry names. */
export function pathOf(entry: LedgerEntry): string | undefined {
  const { path } = entry.detail
  const isPath = entry.kind === 'directory' || entry.kind === 'file'
  return isPath && typeof path === 'string' ? path : undefined
}

/** An object of a container engine that an entry names. */
export interface ListedObject {
  readonly kind: EngineKind
  /** Where its engine is, see `engineAddress`. */
  readonly engine: string
  readonly name: string
  /** False while it may still be about to exist. */
  readonly confirmed: boolean
}

/** The object of an engine that an entry names. */
export function engineObjectOf(entry: LedgerEntry): ListedObject | undefined {
  const { engine, name, id } = entry.detail
  const kind = engineKinds.find((one) => one === entry.kind)
  if (kind === undefined || typeof engine !== 'string' || typeof name !== 'string') return undefined
  return { kind, engine, name, confirmed: id !== undefined }
}

function parseRecord(line: string): LedgerRecord | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as LedgerRecord) : undefined
  } catch {
    return undefined
  }
}
