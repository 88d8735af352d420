import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import {
  descendantsAmong,
  type ObservedProcess,
  type ProcessTable,
  type RelatedProcess,
  type TaggedProcess,
  tagsOf,
  tagsOfTitle,
} from './process-observation.ts'

/** Processes from `/proc` (proc(5)); what vanishes while we read, or is forbidden, is absent. */
export function linuxProcessTable(root = '/proc'): ProcessTable {
  return {
    observe: async (pid) => observe(root, pid),
    isEnding: async (pid) =>
      list(`${root}/${pid}/task`).every((thread) =>
        isEnding(read(`${root}/${pid}/task/${thread}/stat`)),
      ),
    tagged: async () =>
      pids(root).flatMap((pid): TaggedProcess[] => {
        const own = tagsOf(read(`${root}/${pid}/environ`).split('\0'))
        const command = commandOf(root, pid)
        const tags = Object.keys(own).length > 0 ? own : tagsOfTitle(command)
        if (Object.keys(tags).length === 0) return []
        const seen = observe(root, pid)
        if (seen === undefined) return []
        return [{ ...seen, tags, command }]
      }),
    children: async (pid) =>
      related(root).flatMap(({ parent, seen }) => (parent === pid ? [seen] : [])),
    descendants: async (pid) => descendantsAmong(related(root), pid),
    members: async (groups) =>
      related(root).flatMap(({ group, seen }) =>
        groups.has(group) ? [{ ...seen, group, command: commandOf(root, seen.pid) }] : [],
      ),
    workingFolder: async (pid) => link(`${root}/${pid}/cwd`) || undefined,
    listening: async (pid) => {
      const inodes = socketInodes(root, pid)
      if (inodes.size === 0) return []
      return [...listeners(root)].flatMap(([inode, address]) =>
        inodes.has(inode) ? [address] : [],
      )
    },
  }
}

/** Fields 3 (state) and 22 (start, in ticks since boot) of `/proc/<pid>/stat`. */
export function parseStat(pid: number, text: string, bootId: string): ObservedProcess | undefined {
  // The name in field 2 may hold blanks and brackets: fields are counted after its last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const state = fields[0]
  const start = fields[19]
  if (state === undefined || start === undefined || 'ZXx'.includes(state)) return undefined
  const paused = state === 'T' || state === 't'
  return { pid, startTime: `${start}@${bootId}`, state: paused ? 'paused' : 'running' }
}

/** `PF_EXITING` of `include/linux/sched.h`: set before anything of a thread is taken down. */
const exitingFlag = 0x4

/** Whether a thread will run no program any more: fields 3 (state) and 9 (flags) of its stat. */
function isEnding(text: string): boolean {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state = ''] = fields
  return text === '' || 'ZXx'.includes(state) || (Number(fields[6]) & exitingFlag) !== 0
}

/** TCP listeners of this network namespace: socket inode to address. */
export function listeners(root = '/proc'): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const table of ['tcp', 'tcp6']) {
    for (const line of read(`${root}/self/net/${table}`).split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      const [address, state, inode] = [fields[1], fields[3], fields[9]]
      if (state === '0A' && address !== undefined && inode !== undefined) {
        found.set(inode, readableAddress(address))
      }
    }
  }
  return found
}

/** Inodes of the sockets that a process holds. */
export function socketInodes(root: string, pid: number): ReadonlySet<string> {
  const inodes = new Set<string>()
  for (const descriptor of list(`${root}/${pid}/fd`)) {
    const match = /^socket:\[([0-9]+)\]$/.exec(link(`${root}/${pid}/fd/${descriptor}`))
    if (match?.[1] !== undefined) inodes.add(match[1])
  }
  return inodes
}

function observe(root: string, pid: number): ObservedProcess | undefined {
  const text = read(`${root}/${pid}/stat`)
  return text === '' ? undefined : parseStat(pid, text, bootId(root))
}

/** Every process with fields 4 and 5 of its `/proc/<pid>/stat`: its parent and its group. */
function related(root: string) {
  return pids(root).flatMap((pid): (RelatedProcess & { readonly group: number })[] => {
    const text = read(`${root}/${pid}/stat`)
    const seen = text === '' ? undefined : parseStat(pid, text, bootId(root))
    if (seen === undefined) return []
    const [, parent, group] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return [{ parent: Number(parent), group: Number(group), seen }]
  })
}

function commandOf(root: string, pid: number): string {
  return read(`${root}/${pid}/cmdline`).replaceAll('\0', ' ').trim()
}

const bootIds = new Map<string, string>()

/** Ticks since boot name a process only together with the boot. */
function bootId(root: string): string {
  const known = bootIds.get(root) ?? read(`${root}/sys/kernel/random/boot_id`).trim()
  bootIds.set(root, known)
  return known
}

/** `0100007F:1F90` is 127.0.0.1:8080: the kernel prints words in the order of the machine. */
function readableAddress(hexadecimal: string): string {
  const [host = '', port = ''] = hexadecimal.split(':')
  const portNumber = Number.parseInt(port, 16)
  if (host.length !== 8) return `[${host.toLowerCase()}]:${portNumber}`
  const bytes = host.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? []
  return `${bytes.reverse().join('.')}:${portNumber}`
}

function pids(root: string): readonly number[] {
  return list(root)
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
}

function read(path: string): string {
  return orElse(() => readFileSync(path, 'utf8'), '')
}

function list(path: string): readonly string[] {
  return orElse(() => readdirSync(path), [])
}

function link(path: string): string {
  return orElse(() => readlinkSync(path), '')
}

function orElse<T>(attempt: () => T, otherwise: T): T {
  try {
    return attempt()
  } catch {
    return otherwise
  }
}
