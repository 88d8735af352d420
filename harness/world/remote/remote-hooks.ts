import { dirname } from 'node:path'
import type { Role } from '../../history/line.ts'
import type { RegionName } from '../../history/operation.ts'
import type { Clock } from '../../kernel/clock.ts'
import { commandText } from '../../kernel/command-words.ts'
import { FaultError } from '../../kernel/errors.ts'
import { endText, type HookCommand, type HookEnd, hookDetail, runHook } from '../../ledger/hook.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Hook, HookName, PlannedTopology } from '../../plan/remote-topology.ts'
import type { ActiveDisturbance } from '../../target/contract.ts'

/** What a hook is told of the Region that it is about. */
export interface HookSubject {
  readonly name: RegionName
  readonly role: Role
  readonly url: string
}

/** What the hooks of one stack need. */
export interface RemoteHooksOptions {
  readonly topology: Pick<PlannedTopology, 'file' | 'content'>
  readonly ledger: Ledger
  readonly clock: Clock
}

/** The hooks of a topology, for the life of one stack. */
export interface RemoteHooks {
  has(name: HookName): boolean
  /**
   * Runs a hook that disturbs. What takes it back stands in the ledger before it begins; where it
   * does not end well, that is done at once.
   *
   * @param before - What the hook that takes it back is about; the same by default.
   * @throws FaultError that says how it ended.
   */
  begin(name: HookName, subject: HookSubject, before?: HookSubject): Promise<ActiveDisturbance>
  /** Runs a hook that only looks. */
  ask(name: HookName, subject: HookSubject): Promise<HookEnd>
  /**
   * Ends what is under way and takes back what is in force, the newest first. What cannot be taken
   * back stays in the ledger.
   */
  dispose(): Promise<void>
}

/** What takes a hook back where it names no undo of its own. */
const counterparts: Partial<Record<HookName, HookName>> = {
  failover: 'failback',
  stop: 'start',
  kill: 'start',
}

/** Those of a topology that was checked: what a hook wants is there. */
export function remoteHooks(options: RemoteHooksOptions): RemoteHooks {
  const { ledger, clock } = options
  const { hooks } = options.topology.content
  const over = new AbortController()
  const underWay = new Set<Promise<unknown>>()
  const inForce = new Set<ActiveDisturbance>()
  const commands = commandsOf(options.topology)
  const perform = async (
    name: HookName,
    subject: HookSubject,
    keepsOutput: boolean,
    undo?: HookCommand,
  ): Promise<{ readonly end: HookEnd; readonly entry: string }> => {
    const command = commands.run(name, subject)
    const entry = await ledger.intend('hook', ownerOf(name, subject), hookDetail(undo))
    const work = runHook(command, {
      ...{ clock, keepsOutput, signal: over.signal },
      onStart: (identity) => ledger.confirm(entry, { ...identity }),
    })
    underWay.add(work)
    const end = await work.finally(() => underWay.delete(work))
    if (undo === undefined) await ledger.release(entry)
    return { end, entry }
  }
  /** In force until it was taken back, and so long in the ledger. */
  const activeOf = (owner: string, undo: HookCommand, entry: string): ActiveDisturbance => {
    const active: ActiveDisturbance = {
      lift: async () => {
        if (!inForce.has(active)) return
        const end = await runHook(undo, { clock })
        if (!end.well) throw failed(`the undo of ${owner}`, undo, end)
        inForce.delete(active)
        await ledger.release(entry)
      },
    }
    inForce.add(active)
    return active
  }
  return {
    has: (name) => hooks[name] !== undefined,
    ask: async (name, subject) => (await perform(name, subject, true)).end,
    begin: async (name, subject, before = subject) => {
      const owner = ownerOf(name, subject)
      const undo = commands.undo(name, subject, before)
      const { end, entry } = await perform(name, subject, false, undo)
      const active = activeOf(owner, undo, entry)
      if (end.well) return active
      // A half of it may be in force; the first error is the one that counts.
      await active.lift().catch(() => {})
      throw failed(owner, commands.run(name, subject), end)
    },
    dispose: async () => {
      over.abort()
      await Promise.allSettled(underWay)
      for (const active of [...inForce].reverse()) {
        // What fails stands in the ledger: whoever closes the run tries once more, and says it.
        await active.lift().catch(() => {})
      }
    },
  }
}

/** The commands of a topology, filled in for a Region. */
function commandsOf({ content, file }: RemoteHooksOptions['topology']) {
  const hookOf = (name: HookName): Hook => {
    const hook = content.hooks[name]
    if (hook !== undefined) return hook
    throw new FaultError(`the topology names no hook "${name}"`)
  }
  const commandOf = (name: HookName, words: readonly string[], subject: HookSubject) =>
    hookCommand(name, hookOf(name), words, subject, dirname(file))
  return {
    run: (name: HookName, subject: HookSubject) => commandOf(name, hookOf(name).run, subject),
    undo: (name: HookName, subject: HookSubject, before: HookSubject): HookCommand => {
      const { undo } = hookOf(name)
      if (undo !== undefined) return commandOf(name, undo, subject)
      const other = counterparts[name]
      if (other !== undefined) return commandOf(other, hookOf(other).run, before)
      throw new FaultError(`nothing takes ${ownerOf(name, subject)} back`)
    },
  }
}

/** How the ledger and messages call it. */
function ownerOf(name: HookName, { name: region }: HookSubject): string {
  return `hook ${name} of ${region}`
}

function hookCommand(
  name: HookName,
  { timeoutMillis, environment }: Hook,
  words: readonly string[],
  { name: region, role, url }: HookSubject,
  folder: string,
): HookCommand {
  const told: Readonly<Record<string, string>> = { region, role, url }
  return {
    words: words.map((word) => word.replaceAll(/\{(\w+)\}/g, (_, key: string) => told[key] ?? '')),
    folder,
    environment,
    timeoutMillis,
    variables: {
      INTERREGNUM_HOOK: name,
      INTERREGNUM_REGION: region,
      INTERREGNUM_ROLE: role,
      INTERREGNUM_URL: url,
    },
  }
}

/** What it printed may hold secrets: it is not kept. */
function failed(owner: string, { folder, words }: HookCommand, end: HookEnd): FaultError {
  return new FaultError(
    `${owner} ${endText(end)}; ` +
      `to see what it says: cd ${commandText([folder])} && ${commandText([...words])}`,
  )
}
