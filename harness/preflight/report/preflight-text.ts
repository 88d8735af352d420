import picocolors from 'picocolors'
import { plainText } from '../../report/plain-text.ts'
import type { CheckResult, CheckVerdict } from '../check.ts'
import type { PreflightResult } from '../preflight.ts'

/** The result for a terminal: what failed first, with why it matters and what to do. */
export function preflightText(result: PreflightResult, color: boolean): string {
  const colors = picocolors.createColors(color)
  const { checks, healed } = result
  const of = (verdict: CheckVerdict): readonly CheckResult[] =>
    checks.filter((check) => check.verdict === verdict)
  const blocks = [
    titleText(result),
    ...of('fail').map((check) => failedText(check, colors.red('FAIL'))),
    ...of('inconclusive').map(
      (check) =>
        `${colors.yellow('INCONCLUSIVE')}  ${check.id}\n${indented(check.unseen.length > 0 ? check.unseen : [check.reason])}`,
    ),
    ...of('expected').map((check) =>
      [`expected  ${check.id} (${check.severity})`, indented(messagesOf(check))].join('\n'),
    ),
    ...(healed.length === 0
      ? []
      : [
          `healed: no longer found, and still in the baseline\n${indented(healed.map(({ check, message }) => `${check}: ${message}`))}`,
        ]),
    ...of('skipped').map(({ id, reason }) => `skipped  ${id}: ${plainText(reason)}`),
    ...(of('pass').length === 0 ? [] : [passedText(of('pass'), colors.green('pass'))]),
    countsText(result),
  ]
  return blocks.join('\n\n')
}

/** What was looked at, one line. */
export function titleText({ system, regions, model }: PreflightResult): string {
  const where = regions.join(' and ')
  const what = model ? ', a model in this process: nothing of AWS was looked at' : ''
  return `Preflight of the user pool ${plainText(system)} in ${plainText(where)}${what}`
}

/** How many checks came to what, and what was asked, one line. */
export function countsText({ checks, verdict, calls }: PreflightResult): string {
  const order: readonly CheckVerdict[] = ['fail', 'inconclusive', 'expected', 'skipped', 'pass']
  const counts = order.flatMap((one) => {
    const count = checks.filter((check) => check.verdict === one).length
    return count === 0 ? [] : [`${count} ${one}`]
  })
  return `${verdict}: ${counts.join(', ')}; ${calls.total} calls, all of them reads`
}

function failedText(check: CheckResult, word: string): string {
  const { id, severity, requirements, why, remedy } = check
  const rules = requirements.length === 0 ? '' : `; ${requirements.join(', ')}`
  const lines = [...messagesOf(check), `Why: ${why}`, `Do:  ${remedy}`]
  return `${word}  ${id} (${severity}${rules})\n${indented(lines)}`
}

/** New findings first; those of the baseline say so. */
function messagesOf({ findings, unseen }: CheckResult): readonly string[] {
  const sorted = [...findings].sort((a, b) => Number(a.known) - Number(b.known))
  return [
    ...sorted.map(({ message, known }) => (known ? `(in the baseline) ${message}` : message)),
    ...unseen.map((reason) => `(not seen) ${reason}`),
  ]
}

function passedText(checks: readonly CheckResult[], word: string): string {
  return `${word}  ${checks.map(({ id }) => id).join(', ')}`
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${plainText(line)}`).join('\n')
}
