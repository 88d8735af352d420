import type { CheckResult, PreflightCheck, ReportedFinding, Seen } from './check.ts'
import { Unseen } from './check.ts'

/** Told before each check, for progress. */
export type OnCheck = (id: string, index: number, count: number) => void

/**
 * Runs checks one after the other.
 *
 * @param system - Answers what a check looks at, which may depend on the check.
 * @param signal - Ends the work between two checks, by its reason.
 */
export async function runChecks<System>(
  checks: readonly PreflightCheck<System>[],
  system: System,
  { signal, onCheck }: { readonly signal: AbortSignal; readonly onCheck?: OnCheck },
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = []
  for (const [index, check] of checks.entries()) {
    signal.throwIfAborted()
    onCheck?.(check.id, index, checks.length)
    results.push(resultOf(check, await seenBy(check, system)))
  }
  return results
}

async function seenBy<System>(check: PreflightCheck<System>, system: System): Promise<Seen> {
  try {
    return await check.look(system)
  } catch (error) {
    if (!(error instanceof Unseen)) throw error
    return { evidence: [], findings: [], unseen: [error.message] }
  }
}

/** A pass needs evidence and nothing unseen; a finding counts whatever else was not seen. */
function resultOf<System>(check: PreflightCheck<System>, seen: Seen): CheckResult {
  const { id, what, why, requirements, severity, remedy } = check
  const findings: readonly ReportedFinding[] = seen.findings.map((finding) => ({
    ...finding,
    known: false,
  }))
  const unseen = seen.unseen ?? []
  const [first] = findings
  const said = { id, what, why, requirements, severity, remedy, findings, unseen }
  const base = { ...said, evidence: seen.evidence }
  if (first !== undefined) {
    const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : ''
    return { ...base, verdict: 'fail', reason: `${first.message}${more}` }
  }
  if (unseen.length > 0) {
    return { ...base, verdict: 'inconclusive', reason: unseen[0] ?? 'nothing was seen' }
  }
  if (seen.notApplicable !== undefined) {
    return { ...base, verdict: 'skipped', reason: seen.notApplicable }
  }
  if (seen.evidence.length === 0) {
    return { ...base, verdict: 'inconclusive', reason: 'nothing was seen' }
  }
  return { ...base, verdict: 'pass', reason: seen.evidence[0] ?? '' }
}
