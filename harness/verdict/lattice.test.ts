import fc from 'fast-check'
import { expect, test } from 'vitest'
import { combine, conclude } from './lattice.ts'
import type { Verdict } from './verdict.ts'

const verdict = fc.constantFrom<Verdict>('pass', 'fail', 'inconclusive', 'skipped')

test('combining is associative, commutative and idempotent, with skipped as its neutral', () => {
  fc.assert(
    fc.property(verdict, verdict, verdict, (a, b, c) => {
      expect(combine([combine([a, b]), c])).toBe(combine([a, combine([b, c])]))
      expect(combine([a, b])).toBe(combine([b, a]))
      expect(combine([a, a])).toBe(a)
      expect(combine([a, 'skipped'])).toBe(a)
    }),
  )
})

test('no further verdict ever makes the whole better', () => {
  const order: readonly Verdict[] = ['skipped', 'pass', 'inconclusive', 'fail']
  fc.assert(
    fc.property(fc.array(verdict), verdict, (some, one) => {
      const before = order.indexOf(combine(some))
      expect(order.indexOf(combine([...some, one]))).toBeGreaterThanOrEqual(before)
    }),
  )
})

test('a whole passes only where something passed and nothing failed or stayed open', () => {
  fc.assert(
    fc.property(fc.array(verdict), (some) => {
      const passed =
        some.includes('pass') && !some.includes('fail') && !some.includes('inconclusive')
      expect(conclude(some) === 'pass').toBe(passed)
      expect(conclude(some) === 'fail').toBe(some.includes('fail'))
    }),
  )
  expect(conclude([])).toBe('inconclusive')
  expect(conclude(['skipped', 'skipped'])).toBe('inconclusive')
})
