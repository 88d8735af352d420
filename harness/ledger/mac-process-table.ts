import { execFile } from 'node:child_process'
import {
  descendantsAmong,
  type GroupMember,
  type ObservedProcess,
  type ProcessTable,
  type RelatedProcess,
  type TaggedProcess,
  tagsOf,
  tagsOfTitle,
} from './process-observation.ts'

const commandMillisMax = 2_000
const outputBytesMax = 32 * 1_024 * 1_024

/**
 * Processes from `ps` and `lsof`.
 *
 * @param everything - Every process with its environment after its command, in any width: as the
 *   `ps` of macOS wants it, by default.
 */
export function macProcessTable(everything = '-axEww'): ProcessTable {
  return {
    observe: async (pid) => {
      const text = await output('ps', [...columns('state', 'lstart'), '-p', String(pid)])
      return parseState(pid, text.trim())
    },
    isEnding: async (pid) => {
      const text = await output('ps', [...columns('state', 'lstart'), '-p', String(pid)])
      return parseState(pid, text.trim()) === undefined
    },
    tagged: async () =>
      parseTagged(
        await output('ps', [everything, ...columns('pid', 'state', 'lstart', 'command')]),
      ),
    children: async (pid) =>
      (await related()).flatMap(({ parent, seen }) => (parent === pid ? [seen] : [])),
    descendants: async (pid) => descendantsAmong(await related(), pid),
    members: async (groups) =>
      parseMembers(
        await output('ps', ['-axww', ...columns('pid', 'pgid', 'state', 'lstart', 'command')]),
      ).filter(({ group }) => groups.has(group)),
    workingFolder: async (pid) =>
      parseNames(await output('lsof', ['-nP', '-a', '-p', String(pid), '-d', 'cwd', '-Fn']))[0],
    listening: async (pid) =>
      parseNames(
        await output('lsof', ['-nP', '-a', '-p', String(pid), '-iTCP', '-sTCP:LISTEN', '-Fn']),
      ),
  }
}

/** `state lstart` as `ps` prints them, for example `Ss   Tue Jan  2 03:04:05 2026`. */
export function parseState(pid: number, text: string): ObservedProcess | undefined {
  const match = /^(\S+)\s+(\S+\s+\S+\s+[0-9]+\s+[0-9:]+\s+[0-9]+)$/.exec(text)
  const [state, start] = [match?.[1], match?.[2]]
  if (state === undefined || start === undefined || state.startsWith('Z')) return undefined
  return {
    pid,
    startTime: start.replaceAll(/\s+/g, ' '),
    state: state.startsWith('T') ? 'paused' : 'running',
  }
}

/** Lines of `pid state lstart command environment…` that carry one of our variables. */
export function parseTagged(text: string): readonly TaggedProcess[] {
  return text.split('\n').flatMap((line): TaggedProcess[] => {
    if (!line.includes(' INTERREGNUM_') && !line.includes(' postgres: interregnum-')) return []
    const match = /^\s*([0-9]+)\s+(\S+\s+\S+\s+\S+\s+[0-9]+\s+[0-9:]+\s+[0-9]{4})\s(.*)$/.exec(line)
    const [pid, state, rest] = [match?.[1], match?.[2], match?.[3]]
    if (pid === undefined || state === undefined || rest === undefined) return []
    const seen = parseState(Number(pid), state)
    if (seen === undefined) return []
    const command = rest.split(/\s(?=[A-Z_a-z][A-Z_a-z0-9]*=)/)[0] ?? ''
    const own = tagsOf(rest.split(' '))
    const tags = Object.keys(own).length > 0 ? own : tagsOfTitle(rest)
    return Object.keys(tags).length === 0 ? [] : [{ ...seen, tags, command: command.trim() }]
  })
}

/** Every process with its parent. */
async function related(): Promise<readonly RelatedProcess[]> {
  return parseRelated(await output('ps', ['-ax', ...columns('pid', 'ppid', 'state', 'lstart')]))
}

/** Lines of `pid ppid state lstart`. */
export function parseRelated(text: string): readonly RelatedProcess[] {
  return text.split('\n').flatMap((line): RelatedProcess[] => {
    const [, pid, parent, state] = /^\s*([0-9]+)\s+([0-9]+)\s+(.*)$/.exec(line) ?? []
    if (pid === undefined || parent === undefined || state === undefined) return []
    const seen = parseState(Number(pid), state.trim())
    return seen === undefined ? [] : [{ parent: Number(parent), seen }]
  })
}

/** Lines of `pid pgid state lstart command`. */
export function parseMembers(text: string): readonly GroupMember[] {
  return text.split('\n').flatMap((line): GroupMember[] => {
    const match = /^\s*([0-9]+)\s+([0-9]+)\s+(\S+(?:\s+\S+){4}\s+[0-9]{4})\s(.*)$/.exec(line)
    const [, pid, group, state, command] = match ?? []
    if (state === undefined || command === undefined) return []
    const seen = parseState(Number(pid), state)
    return seen === undefined ? [] : [{ ...seen, group: Number(group), command: command.trim() }]
  })
}

/** The `n` fields of `lsof -Fn`: names of files, addresses of sockets. */
export function parseNames(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('n'))
    .map((line) => line.slice(1))
}

/** One `-o` each: after `=` the rest of an argument is a heading (POSIX ps). */
function columns(...names: readonly string[]): readonly string[] {
  return names.flatMap((name) => ['-o', `${name}=`])
}

/** Standard output; empty if the command fails, as `ps -p` does for a pid that is gone. */
function output(file: string, parameters: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      file,
      [...parameters],
      {
        encoding: 'utf8',
        env: { PATH: process.env.PATH ?? '/usr/bin:/bin:/usr/sbin', LC_ALL: 'C', TZ: 'UTC' },
        timeout: commandMillisMax,
        maxBuffer: outputBytesMax,
      },
      (_error, text) => resolve(text),
    )
  })
}
