import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { z } from 'zod'
import { readYamlFile } from '../config/yaml-file.ts'
import { UsageError } from '../kernel/errors.ts'
import { type PlannedTopology, remoteTopologySchema } from '../plan/remote-topology.ts'
import { problemText, TopologyError } from '../plan/topology-error.ts'

/**
 * A topology file, read and checked, as it stands in a plan.
 *
 * @param folder - From where a relative path leads.
 * @throws UsageError naming the file, the line and the field.
 */
export function loadTopology(path: string, folder: string): PlannedTopology {
  if (path.trim() === '') throw new UsageError('"--topology" needs the name of a file')
  const file = resolve(folder, path)
  const { value, text } = readYamlFile(file, remoteTopologySchema)
  return {
    file,
    digest: createHash('sha256').update(text).digest('hex'),
    content: value,
  }
}

/**
 * An error about a topology, with the place in the file of each field; other errors as they are.
 */
export function withPlaces(error: unknown, topology: PlannedTopology | undefined): unknown {
  if (!(error instanceof TopologyError) || topology === undefined) return error
  const { placeOf } = readYamlFile(topology.file, z.unknown())
  const lines = error.problems.map((problem) => `${placeOf(problem.path)}: ${problemText(problem)}`)
  return new UsageError(lines.join('\n'), { cause: error })
}
