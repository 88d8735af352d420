import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answersOf } from './report/words.ts'
import { simulatedRun } from './simulated-run.test.support.ts'

/**
 * Goal: what is documented is compatible and, where it is a hazard, unsafe; what is safer than
 * documented says so. Method: one attack on counters that each Region keeps for itself, and on
 * counters that both share.
 */
async function attacked(switches: Readonly<Record<string, string>>) {
  const { result, outFolder } = await simulatedRun('guess-budget-over-both-regions', switches)
  const factor = result.scenarios[0]?.measurements.find(
    ({ name }) => name === 'lockout.guessFactor',
  )
  const [, compatible] = answersOf(result)
  const stored = JSON.parse(readFileSync(join(outFolder, 'verdict.json'), 'utf8'))
  return {
    factor: factor?.value,
    ...{ safe: result.safe, compatible: result.compatible, answer: compatible?.answer },
    rule: result.scenarios[0]?.requirements[0],
    conformance: stored.scenarios[0].conformance,
    report: readFileSync(join(outFolder, 'report.html'), 'utf8'),
  }
}

test('counters of each Region, as documented: compatible, and a hazard', async () => {
  const run = await attacked({})
  expect(run).toMatchObject({ safe: 'fail', compatible: 'pass', answer: 'yes' })
  expect(run.rule).toMatchObject({ id: 'FS-28', verdict: 'fail' })
  expect(run.factor).toEqual({ low: 2, high: 2 })
  expect(run.conformance).toMatchObject([{ profile: 'cognito-mrr', verdict: 'pass' }])
  expect(run.report).toContain('as documented')
})

test('counters that both Regions share: safe, and stricter than documented', async () => {
  const run = await attacked({ lockoutScope: 'mirrored' })
  expect(run).toMatchObject({ safe: 'pass', compatible: 'fail', answer: 'deviates: stricter' })
  expect(run.rule).toMatchObject({ id: 'FS-28', verdict: 'pass' })
  expect(run.factor).toEqual({ low: 1, high: 1 })
  expect(run.conformance).toMatchObject([{ verdict: 'fail', deviation: 'stricter' }])
  expect(run.report).toContain('deviates: stricter')
})
