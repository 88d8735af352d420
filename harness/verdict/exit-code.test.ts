import { expect, test } from 'vitest'
import { StorageError, UsageError } from '../kernel/errors.ts'
import { exitCodeOfError, exitCodeOfRun, exitCodeOfVerdict, worstExitCode } from './exit-code.ts'

test('the first of 70, 64, 3, 130, 1, 2, 0 wins, whatever the order of arrival', () => {
  const order = [70, 64, 3, 130, 1, 2, 0]
  for (const [place, code] of order.entries()) {
    expect(worstExitCode(order.slice(place).reverse())).toBe(code)
  }
  expect(worstExitCode([])).toBe(0)
  expect(worstExitCode([0, 99])).toBe(70)
})

test('a verdict, an error and a dirty run each have their code', () => {
  expect(exitCodeOfVerdict('skipped')).toBe(2)
  expect(exitCodeOfRun({ verdict: 'pass', leftovers: [] })).toBe(0)
  expect(exitCodeOfRun({ verdict: 'fail', leftovers: ['process 7'] })).toBe(3)
  expect(exitCodeOfError(new UsageError('no'))).toBe(64)
  expect(exitCodeOfError(new StorageError('full'))).toBe(70)
  expect(exitCodeOfError(new TypeError('bug'))).toBe(70)
})
