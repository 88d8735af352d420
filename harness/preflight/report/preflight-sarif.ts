import { createHash } from 'node:crypto'
import { toJson } from '../../report/json.ts'
import { plainText } from '../../report/plain-text.ts'
import type { CheckResult, ReportedFinding } from '../check.ts'
import type { PreflightResult } from '../preflight.ts'

/**
 * `results.sarif` (SARIF 2.1.0): each check as a rule, a `fail` for each finding, and an `open` for
 * each check that could not see enough. Findings of a baseline are `unchanged`.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function preflightSarif(result: PreflightResult): string {
  const { tool, checks, system, verdict, model } = result
  return toJson({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Interregnum preflight',
            semanticVersion: tool.version,
            rules: checks.map(descriptor),
          },
        },
        automationDetails: { id: `interregnum/preflight/${plainText(system)}/` },
        invocations: [{ executionSuccessful: true }],
        columnKind: 'utf16CodeUnits',
        results: checks.flatMap((check, index) => resultsOf(system, check, index)),
        properties: { verdict, model },
      },
    ],
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
  const identity = [system, id, subject].join('\n')
  return {
    message: { text: plainText(message) },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: 'preflight.json' } },
        logicalLocations: [{ name: plainText(system), kind: 'resource' }],
      },
    ],
    partialFingerprints: {
      'interregnum/v1': createHash('sha256').update(identity).digest('hex').slice(0, 32),
    },
  }
}
