import { commandText } from '../kernel/command-words.ts'
import {
  declaresReplication,
  type Hook,
  type HookName,
  type PlannedTopology,
} from '../plan/remote-topology.ts'

/** What becomes of a system while a run uses it, a line each: said before anything is sent. */
export function topologyLines({ file, content }: PlannedTopology): readonly string[] {
  const { regions, links, hooks } = content
  return [
    `remote ${file}`,
    ...Object.entries(regions).map(
      ([name, { role, url }]) => `sends  users and operations to ${name} (${role}) at ${url}`,
    ),
    "cuts   the way of its own clients to each Region, and nobody else's",
    ...Object.entries(links).map(([name, { listen, upstream, toxiproxy, proxy }]) =>
      toxiproxy === undefined
        ? `cuts   ${name}: what connects to ${listen}, which leads to ${upstream}`
        : `cuts   ${name}: the proxy ${proxy} of the Toxiproxy at ${toxiproxy}`,
    ),
    ...Object.entries(hooks).flatMap(([name, hook]) =>
      hook === undefined ? [] : [`runs   ${hookLine(name as HookName, hook)}`],
    ),
    ...(declaresReplication(content) || hooks.isolatePrimary !== undefined
      ? []
      : ['leaves replication alone: a lost primary still sends what it holds']),
  ]
}

function hookLine(name: HookName, { run, undo, timeoutMillis }: Hook): string {
  const taken = undo === undefined ? '' : `, taken back by ${commandText(undo)}`
  return `the hook ${name}: ${commandText(run)}, at most ${timeoutMillis} ms${taken}`
}
