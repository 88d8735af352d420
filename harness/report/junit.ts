import type { RunResult, ScenarioResult } from '../verdict/verdict.ts'
import { failureText } from './failure-text.ts'
import { html, type Markup } from './markup.ts'
import { switchTexts } from './repeat-command.ts'

/** `junit.xml`: a failure where a rule is broken, an error where nothing could be shown. */
export function junitXml(result: RunResult): string {
  const count = (verdict: string): number =>
    result.scenarios.filter((scenario) => scenario.verdict === verdict).length
  const seconds = result.scenarios.reduce((sum, scenario) => sum + scenario.durationMillis, 0) / 1e3
  const totals = html`tests="${result.scenarios.length}" failures="${count('fail')}" errors="${count('inconclusive')}" skipped="${count('skipped')}" time="${seconds}"`
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
      </properties>
${outcome(scenario)}    </testcase>
`
}

function outcome(scenario: ScenarioResult): Markup | undefined {
  const { verdict, reason } = scenario
  if (verdict === 'pass') return undefined
  if (verdict === 'skipped') return html`      <skipped message="${reason}"/>\n`
  const details = failureText(scenario).split('\n')
  const lines = details.map((line, index) => html`${index === 0 ? '' : '\n'}${line}`)
  return verdict === 'fail'
    ? html`      <failure type="fail" message="${reason}">${lines}</failure>\n`
    : html`      <error type="inconclusive" message="${reason}">${lines}</error>\n`
}
