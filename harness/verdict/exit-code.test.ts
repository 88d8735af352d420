import { expect, test } from 'vitest'
import { exitCodeOfRun, exitCodeOfVerdict, worstExitCode } from './exit-code.ts'

test('the first of 70, 64, 3, 130, 1, 2, 0 wins, whatever the order of arrival', () => {
  const order = [70, 64, 3, 130, 1, 2, 0]
  for (const [place, code] of order.entries()) {
    expect(worstExitCode(order.slice(place).reverse())).toBe(code)
  }
  expect(worstExitCode([])).toBe(0)
  expect(worstExitCode([0, 99])).toBe(70)
})

test('a verdict and a dirty run each have their code', () => {
  expect(exitCodeOfVerdict('skipped')).toBe(2)
  expect(exitCodeOfRun({ verdict: 'pass', leftovers: [] })).toBe(0)
  expect(exitCodeOfRun({ verdict: 'fail', leftovers: ['process 7'] })).toBe(3)
})
