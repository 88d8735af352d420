import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import { fileBytes } from '../../kernel/file-bytes.ts'
import type { PlannedTopology } from '../../plan/remote-topology.ts'
import { TopologyError, type TopologyProblem } from '../../plan/topology-error.ts'

/** Larger than every authority that there is together. */
const certificateBytesMax = 4_194_304

/**
 * Whether this machine has what a topology names: programs of hooks, variables, files. A run is
 * told before it touches anything, and not by the failover that does not happen.
 *
 * @throws TopologyError naming each field.
 */
export function checkTopology({ content, file }: PlannedTopology): void {
  const folder = dirname(file)
  const problems: TopologyProblem[] = []
  for (const [name, { certificateAuthority }] of Object.entries(content.regions)) {
    const message = certificateAuthority && unreadable(folder, certificateAuthority)
    if (message) problems.push({ path: ['regions', name, 'certificateAuthority'], message })
  }
  for (const [name, hook] of Object.entries(content.hooks)) {
    for (const part of ['run', 'undo'] as const) {
      const message = programProblem(folder, hook?.[part]?.[0])
      if (message !== undefined) problems.push({ path: ['hooks', name, part, 0], message })
    }
    hook?.environment.forEach((variable, index) => {
      if (process.env[variable] !== undefined) return
      const message = `the variable ${variable} is not set`
      problems.push({ path: ['hooks', name, 'environment', index], message })
    })
  }
  if (problems.length > 0) throw new TopologyError(problems)
}

function unreadable(folder: string, name: string): string | undefined {
  try {
    fileBytes(resolve(folder, name), certificateBytesMax)
    return undefined
  } catch (error) {
    return `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** A word in braces is known only when the hook runs. */
function programProblem(folder: string, program: string | undefined): string | undefined {
  if (program === undefined || /\{\w+\}/.test(program)) return undefined
  const isPath = isAbsolute(program) || program.includes('/')
  const folders = (process.env.PATH ?? '').split(delimiter).filter((one) => one !== '')
  const places = isPath
    ? [resolve(folder, program)]
    : folders.map((one) => join(resolve(folder, one), program))
  const there = places.filter((place) => existsSync(place))
  if (there.length === 0) return `there is no program ${program}`
  return there.some(isExecutable) ? undefined : `${program} is not executable`
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
