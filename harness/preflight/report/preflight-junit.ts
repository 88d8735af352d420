import { html, type Markup } from '../../report/markup.ts'
import type { CheckResult } from '../check.ts'
import type { PreflightResult } from '../preflight.ts'

/** `junit.xml`: a failure for a new finding, an error for what could not be seen. */
export function preflightJunit({ system, checks, model }: PreflightResult): string {
  const count = (verdict: string): number =>
    checks.filter((check) => check.verdict === verdict).length
  const totals = html`tests="${checks.length}" failures="${count('fail')}" errors="${count('inconclusive')}" skipped="${count('skipped')}"`
  return html`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="interregnum" ${totals}>
  <testsuite name="interregnum preflight ${system}" ${totals}>
    <properties>
      <property name="model" value="${String(model)}"/>
    </properties>
${checks.map(testCase)}  </testsuite>
</testsuites>
`.text
}

function testCase(check: CheckResult): Markup {
  const { id, what, severity, requirements } = check
  return html`    <testcase classname="interregnum.preflight" name="${id}">
      <properties>
        <property name="what" value="${what}"/>
        <property name="severity" value="${severity}"/>
        <property name="requirements" value="${requirements.join(' ')}"/>
      </properties>
${outcome(check)}    </testcase>
`
}

function outcome({ verdict, reason, findings, unseen, why, remedy }: CheckResult): Markup | false {
  const lines = [...findings.map(({ message }) => message), ...unseen, why, remedy]
  const text = lines.map((line, index) => html`${index === 0 ? '' : '\n'}${line}`)
  switch (verdict) {
    case 'fail':
      return html`      <failure type="fail" message="${reason}">${text}</failure>\n`
    case 'inconclusive':
      return html`      <error type="inconclusive" message="${reason}">${text}</error>\n`
    case 'skipped':
      return html`      <skipped message="${reason}"/>\n`
    default:
      return false
  }
}
