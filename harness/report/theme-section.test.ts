import { expect, test } from 'vitest'
import { scenarioOf } from './testing/sample-result.ts'
import { themeSections } from './theme-section.ts'

/** A scenario in which so many users kept access, each for two uses. */
function kept(users: number) {
  const findings = Array.from({ length: users * 2 }, (_, index) => ({
    checker: 'deauthorisation',
    kind: 'still-accepted',
    measurement: 'deauthorisation.otherRegionSeconds',
    user: `u${index % users}`,
    region: 'us-west-2',
    at: (index + 1) * 1_000_000,
    operation: `op${index}`,
    message: 'let in',
  }))
  const value = { low: 1, high: 2 }
  const measurements = [{ name: 'deauthorisation.otherRegionSeconds', value, samples: users }]
  return themeSections(scenarioOf({ findings, measurements }))
    .map(({ text }) => text)
    .join('')
}

test('users who kept access stand in one row each', () => {
  const page = kept(2)
  expect(page.match(/<th scope="row">u\d+<\/th>/g)).toHaveLength(2)
  expect(page).not.toContain('more in <code>verdict.json</code>')
})

test('what a long table leaves out is counted', () => {
  const page = kept(32)
  expect(page.match(/<th scope="row">u\d+<\/th>/g)).toHaveLength(30)
  expect(page).toContain('2 more in <code>verdict.json</code>')
})
