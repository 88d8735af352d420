import { plainText } from '../../report/plain-text.ts'
import { sarifLocated, sarifLog } from '../../report/sarif-log.ts'
import type { CheckResult, ReportedFinding } from '../check.ts'
import type { PreflightResult } from '../preflight.ts'

/**
 * `results.sarif` (SARIF 2.1.0): each check as a rule, a `fail` for each finding, and an `open` for
 * each check that could not see enough. Findings of a baseline are `unchanged`.
 */
export function preflightSarif(result: PreflightResult): string {
  const { tool, checks, system, verdict, model } = result
  return sarifLog({
    driver: {
      name: 'Interregnum preflight',
      semanticVersion: tool.version,
      rules: checks.map(descriptor),
    },
    id: `interregnum/preflight/${plainText(system)}/`,
    results: checks.flatMap((check, index) => resultsOf(system, check, index)),
    properties: { verdict, model },
  })
}

function descriptor({ id, what, why, remedy, requirements, severity }: CheckResult): object {
  return {
    id,
    shortDescription: { text: what },
    fullDescription: { text: why },
    help: { text: remedy },
    defaultConfiguration: { level: severity },
    properties: { requirements, tags: ['failover', 'configuration'] },
  }
}

function resultsOf(system: string, check: CheckResult, ruleIndex: number): readonly object[] {
  const base = { ruleId: check.id, ruleIndex }
  if (check.findings.length > 0) {
    return check.findings.map((finding) => ({
      ...base,
      kind: 'fail',
      level: check.severity,
      baselineState: finding.known ? 'unchanged' : 'new',
      ...located(system, check, finding),
    }))
  }
  if (check.verdict !== 'inconclusive') return []
  const finding = { subject: '', message: check.reason, known: false }
  return [{ ...base, kind: 'open', level: 'none', ...located(system, check, finding) }]
}

function located(
  system: string,
  { id }: CheckResult,
  { subject, message }: ReportedFinding,
): object {
  return sarifLocated(message, {
    uri: 'preflight.json',
    logical: { name: plainText(system), kind: 'resource' },
    identity: [system, id, subject],
  })
}
