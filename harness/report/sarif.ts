import type { Finding } from '../checkers/checker.ts'
import { profiles } from '../profiles/index.ts'
import type { Requirement } from '../profiles/profile.ts'
import { describeJudgement } from '../verdict/judge.ts'
import type { RequirementResult, RunResult, ScenarioResult } from '../verdict/verdict.ts'
import { accepting, knownText } from './expected-words.ts'
import { momentText } from './figures.ts'
import { plainText } from './plain-text.ts'
import { sarifLocated, sarifLog } from './sarif-log.ts'

/** So many findings of one rule in one scenario become results; the last one counts the rest. */
const resultsPerRuleMax = 25

/**
 * `results.sarif` (SARIF 2.1.0): the rules that the run judged, a `fail` for each finding of a
 * broken one and an `open` for each that could not be shown. What is expected is suppressed, with
 * its reason; an expected result that held is a `pass`.
 */
export function sarifJson(result: RunResult): string {
  const rules = judgedRules(result)
  const places = new Map(rules.map(({ id }, index) => [id, index]))
  return sarifLog({
    driver: {
      name: 'Interregnum',
      semanticVersion: result.tool.version,
      rules: rules.map(descriptor),
    },
    id: `interregnum/${result.target}/${result.world}/`,
    results: result.scenarios.flatMap((scenario) =>
      scenario.requirements.flatMap((rule) => resultsOf(scenario, rule, places.get(rule.id) ?? -1)),
    ),
    properties: {
      verdict: result.verdict,
      safe: result.safe,
      compatible: result.compatible,
      model: result.model,
      seed: result.seed,
    },
  })
}

interface Rule {
  readonly id: string
  readonly name: string
  readonly known: Requirement | undefined
}

/** Every rule that some scenario of the run names, in the order of their ids. */
function judgedRules(result: RunResult): readonly Rule[] {
  const catalogue = new Map(
    profiles.flatMap(({ requirements }) => requirements.map((rule) => [rule.id, rule] as const)),
  )
  const named = result.scenarios.flatMap(({ requirements }) => requirements)
  const rules = new Map(
    named.map(({ id, name }) => [id, { id, name, known: catalogue.get(id) }] as const),
  )
  return [...rules.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

function descriptor({ id, name, known }: Rule): object {
  return {
    id,
    name: name
      .split('-')
      .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
      .join(''),
    shortDescription: { text: name.replaceAll('-', ' ') },
    ...(known === undefined
      ? {}
      : {
          fullDescription: { text: `${known.act} ${known.observe}` },
          properties: { area: known.area, level: known.level, tags: ['failover', known.area] },
        }),
    defaultConfiguration: { level: levelOf(known) },
  }
}

function levelOf(rule: Requirement | undefined): 'error' | 'warning' | 'note' {
  if (rule === undefined || rule.level === 'MUST') return 'error'
  return rule.level === 'SHOULD' ? 'warning' : 'note'
}

function resultsOf(
  scenario: ScenarioResult,
  rule: RequirementResult,
  ruleIndex: number,
): readonly object[] {
  if (rule.verdict === 'pass') return healedOf(scenario, rule, ruleIndex)
  if (rule.verdict !== 'fail' && rule.verdict !== 'inconclusive') return []
  const failed = rule.verdict === 'fail'
  const known = profiles.flatMap((profile) => profile.requirements).find(({ id }) => id === rule.id)
  const base = {
    ruleId: rule.id,
    ruleIndex,
    kind: failed ? 'fail' : 'open',
    level: failed ? levelOf(known) : 'none',
  }
  const broken = new Set(
    rule.judgements.filter(({ verdict }) => verdict === 'fail').map((one) => one.measurement),
  )
  const findings = failed
    ? scenario.findings.filter(({ measurement }) => broken.has(measurement))
    : []
  if (findings.length === 0) {
    const judgement = rule.judgements.find(({ verdict }) => verdict === rule.verdict)
    const text = judgement === undefined ? rule.reason : describeJudgement(judgement)
    const { measurement = '' } = judgement ?? {}
    const accepted = failed ? suppressed(scenario, rule.id, measurement) : {}
    return [{ ...base, ...accepted, ...located(scenario, text, [rule.id, scenario.id]) }]
  }
  const shown = findings.slice(0, resultsPerRuleMax)
  const more = findings.length - shown.length
  return shown.map((finding, index) => {
    const tail = index === shown.length - 1 && more > 0 ? ` (and ${more} more like it)` : ''
    const { measurement, kind, user, region, operation } = finding
    const identity = [rule.id, scenario.id, measurement, kind, user, region, operation]
    return {
      ...base,
      ...suppressed(scenario, rule.id, measurement, finding),
      ...located(scenario, `${finding.message}${tail}`, identity, finding),
    }
  })
}

/** Nothing where it is not expected. */
function suppressed(
  scenario: ScenarioResult,
  rule: string,
  measurement: string,
  finding?: Finding,
): object {
  const known = accepting(scenario, rule, measurement, finding)
  if (known === undefined) return {}
  const justification = plainText(`until ${known.until}: ${known.reason}`)
  return { suppressions: [{ kind: 'external', status: 'accepted', justification }] }
}

/** Expected results of a rule that held. */
function healedOf(
  scenario: ScenarioResult,
  { id }: RequirementResult,
  ruleIndex: number,
): readonly object[] {
  const { known = [] } = scenario.expected
  return known
    .filter(({ rule, state }) => rule === id && state === 'healed')
    .map((one) => ({
      ruleId: id,
      ruleIndex,
      kind: 'pass',
      level: 'none',
      ...located(scenario, knownText(one), [id, scenario.id, 'healed']),
    }))
}

/** Message, place and fingerprint of a result. The place is the history that shows it. */
function located(
  scenario: ScenarioResult,
  text: string,
  identity: readonly string[],
  finding?: Finding,
): object {
  const about =
    finding === undefined
      ? {}
      : {
          measurement: finding.measurement,
          user: plainText(finding.user),
          region: plainText(finding.region),
          operation: finding.operation,
          at: momentText(finding.at),
        }
  return {
    ...sarifLocated(text, {
      uri: `${encodeURIComponent(scenario.id)}/history.ndjson`,
      logical: { name: scenario.id, kind: 'module' },
      identity,
    }),
    properties: { repeat: plainText(scenario.repeat), ...about },
  }
}
