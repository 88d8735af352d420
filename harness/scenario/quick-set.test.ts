import { expect, test } from 'vitest'
import { quickSet } from './quick-set.ts'
import { scenario } from './scenario.ts'

test('the quick set begins with what ends soonest and leaves the others out', () => {
  const made = (id: string, more: { quick?: boolean; typicalSeconds?: number }) =>
    scenario(id, {
      claim: 'It holds.',
      requirements: ['FS-36'],
      needs: { faults: [] },
      run: async () => {},
      ...more,
    })
  const chosen = quickSet([
    made('unknown-first', { quick: true }),
    made('long', { quick: true, typicalSeconds: 8 }),
    made('other', { typicalSeconds: 1 }),
    made('unknown-second', { quick: true }),
    made('short', { quick: true, typicalSeconds: 3.5 }),
  ])
  expect(chosen.map(({ id }) => id)).toEqual(['short', 'long', 'unknown-first', 'unknown-second'])
})
