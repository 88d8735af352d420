import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../kernel/errors.ts'
import type { RunResult } from '../verdict/verdict.ts'
import { shapes } from './shapes.ts'
import { writeReports } from './write-reports.ts'

/**
 * What a run came to, from the `verdict.json` in its folder.
 *
 * @throws UsageError if there is none, or the field that is not what it has to be.
 */
export function readStoredRun(folder: string): RunResult {
  const path = join(folder, 'verdict.json')
  const parsed = shapes.verdict.safeParse(readJson(path))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new UsageError(`${path}: ${issue?.path.join('.')}: ${issue?.message}`, {
      hint: 'expected the verdict.json that a run of this version left',
    })
  }
  // The shape is the published one of a RunResult, but for open ends, which JSON writes as null.
  return withOpenEnds(parsed.data) as RunResult
}

/** Writes the reports of a stored run anew, from its verdict and its histories alone. */
export async function reportStoredRun(folder: string, into: string = folder): Promise<RunResult> {
  const result = readStoredRun(folder)
  await writeReports(folder, result, into)
  return result
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${path} cannot be read: ${why}`, {
      cause: error,
      hint: 'expected the folder of a run, such as reports/latest',
    })
  }
}

/** Intervals anew, with an open end where JSON had to write null. */
function withOpenEnds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withOpenEnds)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, entry]): [string, unknown] => {
    if (key === 'low' && entry === null) return [key, Number.NEGATIVE_INFINITY]
    if (key === 'high' && entry === null) return [key, Number.POSITIVE_INFINITY]
    return [key, withOpenEnds(entry)]
  })
  return Object.fromEntries(entries)
}
