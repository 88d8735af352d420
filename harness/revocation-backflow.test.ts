import { expect, test } from 'vitest'
import { simulatedRun } from './simulated-run.test.support.ts'

// Goal: a primary that is told what was revoked at the replica is found safe, and one that is not
// is found unsafe. Method: one story with both settings of the switch.

test.each([
  ['none', 'fail'],
  ['async', 'pass'],
])('with revocationBackflow=%s the verdict is %s', async (revocationBackflow, verdict) => {
  const { result } = await simulatedRun('revoked-stays-revoked', { revocationBackflow })
  expect(result.scenarios[0]?.requirements[0]).toMatchObject({ id: 'FS-21', verdict })
})
