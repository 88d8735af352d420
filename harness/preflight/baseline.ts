import { z } from 'zod'
import { UsageError } from '../kernel/errors.ts'
import type { CheckResult, CheckVerdict } from './check.ts'

const baselineShape = z.strictObject({
  format: z.literal('interregnum-preflight-baseline/1'),
  target: z.string(),
  /** What was looked at, such as the id of a user pool. */
  system: z.string(),
  findings: z.array(
    z.strictObject({ check: z.string(), subject: z.string(), message: z.string() }),
  ),
})

/** Findings that are known: a drift that is not new. */
export type Baseline = z.infer<typeof baselineShape>

/** What a comparison with a baseline says beyond the verdicts of the checks. */
export interface Healing {
  readonly check: string
  readonly subject: string
  readonly message: string
}

/**
 * The baseline of these results, its findings in a fixed order.
 *
 * @param before - What was known: of a check that could not see everything it stays.
 */
export function baselineOf(
  { target, system }: { readonly target: string; readonly system: string },
  results: readonly CheckResult[],
  before?: Baseline,
): Baseline {
  const found = results.flatMap(({ id, findings: seen }) =>
    seen.map(({ subject, message }) => ({ check: id, subject, message })),
  )
  const seen = new Set(found.map(({ check, subject }) => keyOf(check, subject)))
  const kept = (before?.findings ?? []).filter(
    ({ check, subject }) =>
      !seen.has(keyOf(check, subject)) &&
      results.some(({ id, verdict, unseen }) => id === check && isUnclear(verdict, unseen)),
  )
  const findings = [...found, ...kept].sort((a, b) =>
    keyOf(a.check, a.subject) < keyOf(b.check, b.subject) ? -1 : 1,
  )
  return { format: 'interregnum-preflight-baseline/1', target, system, findings }
}

/**
 * Reads a baseline.
 *
 * @param place - How messages name the file.
 * @throws UsageError that names the field, or says that it is of another system.
 */
export function parseBaseline(
  text: string,
  place: string,
  of: { readonly target: string; readonly system: string },
): Baseline {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${place} is not JSON`, { cause: error })
  }
  const parsed = baselineShape.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const field = issue?.path.join('.') || 'the document'
    throw new UsageError(`${place} is no baseline: "${field}" ${issue?.message ?? 'is wrong'}`, {
      hint: 'remove it, and write it anew with --update-baseline',
    })
  }
  const { target, system } = parsed.data
  if (target !== of.target || system !== of.system) {
    throw new UsageError(
      `${place} is the baseline of ${target} ${system}, and this is ${of.target} ${of.system}`,
    )
  }
  return parsed.data
}

/**
 * Compares results with a baseline: findings that it names are known, and a check that failed by
 * these alone is `expected`.
 *
 * @returns The results, and what the baseline names that a check no longer found. What a check
 *   could not see is not healed.
 */
export function compareWithBaseline(
  results: readonly CheckResult[],
  baseline: Baseline,
): { readonly results: readonly CheckResult[]; readonly healed: readonly Healing[] } {
  const known = new Set(baseline.findings.map(({ check, subject }) => keyOf(check, subject)))
  const compared = results.map((result): CheckResult => {
    const findings = result.findings.map((finding) => ({
      ...finding,
      known: known.has(keyOf(result.id, finding.subject)),
    }))
    const fresh = findings.filter((finding) => !finding.known)
    if (findings.length === 0 || fresh.length > 0) {
      const [first] = fresh
      return { ...result, findings, ...(first === undefined ? {} : { reason: first.message }) }
    }
    if (result.unseen.length > 0) {
      return { ...result, findings, verdict: 'inconclusive', reason: result.unseen[0] ?? '' }
    }
    const reason = `in the baseline: ${findings[0]?.message ?? ''}`
    return { ...result, findings, verdict: 'expected', reason }
  })
  return { results: compared, healed: healedOf(compared, baseline) }
}

function healedOf(results: readonly CheckResult[], { findings }: Baseline): readonly Healing[] {
  const seen = new Map(results.map((result) => [result.id, result]))
  return findings.filter(({ check, subject }) => {
    const result = seen.get(check)
    if (result === undefined || isUnclear(result.verdict, result.unseen)) return false
    return !result.findings.some((finding) => finding.subject === subject)
  })
}

function isUnclear(verdict: CheckVerdict, unseen: readonly string[]): boolean {
  return verdict === 'inconclusive' || unseen.length > 0
}

function keyOf(check: string, subject: string): string {
  return `${check}\n${subject}`
}
