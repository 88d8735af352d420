import { runIdVariable } from './run-id.ts'

/** A process as the operating system shows it. */
export interface ObservedProcess {
  readonly pid: number
  /** Opaque; equal for the same process only. A reused pid has another one. */
  readonly startTime: string
  readonly state: 'running' | 'paused'
}

/** A process whose environment was set by a run. */
export interface TaggedProcess extends ObservedProcess {
  /** `INTERREGNUM_*` variables of its environment. */
  readonly tags: Readonly<Record<string, string>>
  readonly command: string
}

/** A process of a process group. */
export interface GroupMember extends ObservedProcess {
  readonly group: number
  readonly command: string
}

/** What the operating system knows of processes; zombies are gone. */
export interface ProcessTable {
  observe(pid: number): Promise<ObservedProcess | undefined>
  /**
   * Whether it runs nothing any more: it is gone, or the kernel has begun to end each thread of it,
   * which frees its memory for a while. It may hold files and ports meanwhile.
   */
  isEnding(pid: number): Promise<boolean>
  /** Every process of this user whose environment carries an `INTERREGNUM_*` variable. */
  tagged(): Promise<readonly TaggedProcess[]>
  /** The processes that this one started and that live. */
  children(pid: number): Promise<readonly ObservedProcess[]>
  /** Those, and whatever they started, the oldest first: from one look at all processes. */
  descendants(pid: number): Promise<readonly ObservedProcess[]>
  /** Every process that is in one of these process groups: no process writes over that. */
  members(groups: ReadonlySet<number>): Promise<readonly GroupMember[]>
  /** Where a process works; undefined where it cannot be seen. */
  workingFolder(pid: number): Promise<string | undefined>
  /** Addresses such as `127.0.0.1:4711` on which the process accepts TCP connections. */
  listening(pid: number): Promise<readonly string[]>
}

/** A process and who started it. */
export interface RelatedProcess {
  readonly parent: number
  readonly seen: ObservedProcess
}

/** Of all processes, those that one started, those that they started, and so on. */
export function descendantsAmong(
  all: readonly RelatedProcess[],
  pid: number,
): readonly ObservedProcess[] {
  const found: ObservedProcess[] = []
  let parents = new Set([pid])
  while (parents.size > 0) {
    const children = all.flatMap(({ parent, seen }) => (parents.has(parent) ? [seen] : []))
    found.push(...children)
    parents = new Set(children.map((child) => child.pid))
  }
  return found
}

/**
 * A server process of PostgreSQL writes its title over its environment: the run stands in the
 * title then, as the name of the cluster.
 */
export function tagsOfTitle(command: string): Readonly<Record<string, string>> {
  const [, runId] = /^postgres: interregnum-([0-9TZ]{16}-[0-9a-f]{12}): /.exec(command) ?? []
  return runId === undefined ? {} : { [runIdVariable]: runId }
}

/** The `INTERREGNUM_*` assignments among environment entries. */
export function tagsOf(entries: readonly string[]): Readonly<Record<string, string>> {
  const tags: Record<string, string> = {}
  for (const entry of entries) {
    const equals = entry.indexOf('=')
    if (equals > 0 && entry.startsWith('INTERREGNUM_')) {
      tags[entry.slice(0, equals)] = entry.slice(equals + 1)
    }
  }
  return tags
}
