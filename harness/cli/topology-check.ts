import { resolve } from 'node:path'
import { exitCodes } from '../kernel/errors.ts'
import { toolVersion } from '../kernel/version.ts'
import { builtinRegistries } from '../registries.ts'
import { plainText } from '../report/plain-text.ts'
import { topologyLines } from '../report/topology-text.ts'
import { lackOf } from '../scenario/world-need.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'
import { loadTopology } from './topology-file.ts'

/**
 * `interregnum check topology.yaml`: what a run would disturb, and which faults it could inject.
 * Nothing is sent.
 *
 * @throws UsageError naming the file, the line and the field of each problem.
 */
export function topologyCheck(path: string, { folder }: Surroundings): CommandResult {
  const topology = loadTopology(path, folder)
  const plan = { world: 'remote', storage: 'memory', topology } as const
  const faults = Object.values(builtinRegistries.faults)
    .filter(({ worlds }) => worlds.includes('remote'))
    .map(({ name, needs = [] }) => {
      const [reason] = needs.flatMap((need) => lackOf(need, plan) ?? [])
      return { fault: name, possible: reason === undefined, ...(reason && { reason }) }
    })
  const lines = topologyLines(topology)
  return {
    document: {
      tool: { name: 'interregnum', version: toolVersion() },
      file: resolve(folder, path),
      digest: topology.digest,
      disturbs: lines,
      faults,
    },
    text: [
      ...lines,
      ...faults.map(
        ({ fault, reason }) => `fault  ${fault}${reason ? `: not here, ${reason}` : ''}`,
      ),
    ]
      .map(plainText)
      .join('\n'),
    exitCode: exitCodes.pass,
  }
}
