import type { RunResult } from '../verdict/verdict.ts'

/** JSON for people and programs: two spaces, and Infinity as null, which JSON cannot carry. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(
    value,
    (_key, entry: unknown) => (typeof entry === 'number' && !Number.isFinite(entry) ? null : entry),
    2,
  )}\n`
}

/** `verdict.json`. */
export function verdictJson(result: RunResult): string {
  return toJson(result)
}
