import type { EventLine, HeaderLine } from '../../history/line.ts'
import type { Checker, CheckerResult } from '../checker.ts'
import { runCheckers } from '../run-checkers.ts'
import type { BruteForce } from './brute-force.ts'
import { headerOf } from './history-builder.ts'

/** Seconds and milliseconds from whole microseconds, computed in two orders. */
const tolerance = 1e-9

/** Runs one checker over lines. */
export function check(
  checker: Checker,
  lines: readonly EventLine[],
  header: Partial<HeaderLine> = {},
): CheckerResult {
  const [result] = runCheckers({ ...headerOf('made-by-hand'), ...header }, lines, [checker])
  if (result === undefined) throw new Error('the checker gave no result')
  return result
}

/** How a checker and its oracle differ, one sentence each; empty if they agree. */
export function disagreements(result: CheckerResult, expected: BruteForce): readonly string[] {
  const differences: string[] = []
  const reported = new Map(result.measurements.map(({ name, value }) => [name, value]))
  for (const [name, [low, high]] of Object.entries(expected.values)) {
    const value = reported.get(name)
    if (value === undefined) differences.push(`${name} is not reported`)
    else if (!near(value.low, low) || !near(value.high, high)) {
      differences.push(`${name} is [${value.low}, ${value.high}], expected [${low}, ${high}]`)
    }
  }
  const found = new Set(result.findings.map(({ kind, operation }) => `${kind} ${operation}`))
  for (const text of found) if (!expected.findings.has(text)) differences.push(`false: ${text}`)
  for (const text of expected.findings) if (!found.has(text)) differences.push(`missed: ${text}`)
  return differences
}

function near(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= tolerance
}
