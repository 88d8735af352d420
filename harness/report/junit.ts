import type { RunResult, ScenarioResult } from '../verdict/verdict.ts'
import { expectationLines, standingOf } from './expected-words.ts'
import { failureText } from './failure-text.ts'
import { html, type Markup } from './markup.ts'
import { switchTexts } from './repeat-command.ts'

/**
 * `junit.xml`: a failure where a rule is broken, an error where nothing could be shown. What is
 * broken and expected is skipped, as a test runner writes a failure that it expects.
 */
export function junitXml(result: RunResult): string {
  const count = (verdict: string): number =>
    result.scenarios.filter((scenario) => standingOf(scenario) === verdict).length
  const seconds = result.scenarios.reduce((sum, scenario) => sum + scenario.durationMillis, 0) / 1e3
  const totals = html`tests="${result.scenarios.length}" failures="${count('fail')}" errors="${count('inconclusive')}" skipped="${count('skipped') + count('expected')}" time="${seconds}"`
  const suite = `interregnum ${result.target} ${result.world}`
  const body = html`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="interregnum" ${totals}>
  <testsuite name="${suite}" ${totals}>
    <properties>
      <property name="seed" value="${result.seed}"/>
      <property name="model" value="${String(result.model)}"/>
      <property name="mutants" value="${result.mutants.join(' ')}"/>
      <property name="switches" value="${switchTexts(result.switches).join(' ')}"/>
    </properties>
${result.scenarios.map(testCase)}  </testsuite>
</testsuites>
`
  return body.text
}

function testCase(scenario: ScenarioResult): Markup {
  const { id, claim, durationMillis } = scenario
  return html`    <testcase classname="interregnum" name="${id}" time="${durationMillis / 1e3}">
      <properties>
        <property name="claim" value="${claim}"/>
${expectationLines(scenario).map((line) => html`        <property name="expected-result" value="${line}"/>\n`)}      </properties>
${outcome(scenario)}    </testcase>
`
}

function outcome(scenario: ScenarioResult): Markup | undefined {
  const { reason } = scenario
  const verdict = standingOf(scenario)
  if (verdict === 'pass') return undefined
  if (verdict === 'expected') {
    const message = expectationLines(scenario).join('; ')
    return html`      <skipped type="expected" message="${message}"/>\n`
  }
  if (verdict === 'skipped') return html`      <skipped message="${reason}"/>\n`
  const details = failureText(scenario).split('\n')
  const lines = details.map((line, index) => html`${index === 0 ? '' : '\n'}${line}`)
  return verdict === 'fail'
    ? html`      <failure type="fail" message="${reason}">${lines}</failure>\n`
    : html`      <error type="inconclusive" message="${reason}">${lines}</error>\n`
}
