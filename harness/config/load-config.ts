import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { parseObjective } from '../history/objective.ts'
import { UsageError } from '../kernel/errors.ts'
import { nearest } from '../kernel/nearest.ts'
import { proxyNames, storageNames, worldNames } from '../plan/plan.ts'
import type { UserConfig } from './define-config.ts'
import { loadModule, type ModuleExports } from './load-module.ts'

/** Names of the file, in the order of looking. */
const fileNames = ['interregnum.config.ts', 'interregnum.config.mts', 'interregnum.config.js']

const configSchema = z.strictObject({
  scenarios: z.array(z.string().min(1)).optional(),
  target: z.string().optional(),
  driver: z.strictObject({ command: z.array(z.string().min(1)).min(1) }).optional(),
  world: z.enum(worldNames).optional(),
  storage: z.enum(storageNames).optional(),
  proxy: z.enum(['auto', ...proxyNames]).optional(),
  topology: z.string().min(1).optional(),
  seed: z.int().min(0).optional(),
  mutants: z.array(z.string()).optional(),
  switches: z.record(z.string(), z.string()).optional(),
  pinned: z.boolean().optional(),
  objectives: z.array(z.string()).optional(),
  expected: z.string().min(1).optional(),
})

/** A configuration and where it came from. */
export interface LoadedConfig {
  readonly config: UserConfig
  /** Undefined where there is no file. */
  readonly file: string | undefined
}

/**
 * Reads the configuration of a folder: the default export or the export `config`. No file is an
 * empty configuration.
 *
 * @throws UsageError naming the file, the line where it can be told, and the field.
 */
export async function loadConfig(folder: string, library: ModuleExports): Promise<LoadedConfig> {
  const file = fileNames.map((name) => join(folder, name)).find((path) => existsSync(path))
  if (file === undefined) return { config: {}, file }
  const exported = await loadModule(file, library)
  const value = exported.default ?? exported.config
  if (value === undefined) {
    throw new UsageError(`${file} exports no configuration`, {
      hint: 'write `export const config = defineConfig({ … })`',
    })
  }
  const parsed = configSchema.safeParse(value)
  if (!parsed.success) throw wrongConfig(file, parsed.error)
  const config = value as UserConfig
  for (const text of config.objectives ?? []) parseObjective(text, objectivePlace(file, text))
  return { config, file }
}

/** `file:line "objectives"` of the first place where the text of an objective is written. */
export function objectivePlace(file: string, text: string): string {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((one) => one.includes(text))
  return `${line < 0 ? file : `${file}:${line + 1}`}: "objectives"`
}

function wrongConfig(file: string, error: z.ZodError): UsageError {
  const source = readFileSync(file, 'utf8')
  const known = Object.keys(configSchema.shape)
  const unknown = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [],
  )
  const problems = error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys' && issue.path.length === 0) {
      return issue.keys.map((key) => `${placeOf(file, source, key)}: there is no field "${key}"`)
    }
    const field = String(issue.path[0] ?? '')
    return [`${placeOf(file, source, field)}: "${issue.path.join('.')}": ${issue.message}`]
  })
  const close = unknown[0] === undefined ? undefined : nearest(unknown[0], known)
  const hint = close === undefined ? `fields: ${known.join(', ')}` : `did you mean "${close}"?`
  return new UsageError(problems.join('\n'), { hint, cause: error })
}

/** `file:line` of the first place where the field is written, or the file alone. */
function placeOf(file: string, source: string, field: string): string {
  const name = field.replace(/[^\w$]/g, '')
  const line = source
    .split('\n')
    .findIndex((text) => new RegExp(`(?:^|[{,\\s])['"]?${name}['"]?\\s*[:,}]`).test(text))
  return name === '' || line < 0 ? file : `${file}:${line + 1}`
}
