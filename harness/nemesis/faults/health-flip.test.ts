import { expect, test } from 'vitest'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { deaf, stubborn } from '../testing/powerless.ts'

test('the health check says down while the Region serves', async () => {
  await onReferencePair(async ({ nemesis, primary, steps, ...pair }) => {
    const fault = await nemesis.inject('health-flip', { region: primary.name, status: 'down' })
    expect(await pair.signIn(primary.name)).toBe('ok')
    await fault.heal()
    expect(steps).toEqual([
      'health-flip apply',
      'health-flip applied',
      'health-flip verified: health check of us-east-1: 503',
      'health-flip heal',
      'health-flip healed',
      'health-flip heal-verified: process of us-east-1: serving',
    ])
  })
})

test('the health check says up', async () => {
  await onReferencePair(async ({ nemesis, primary, steps }) => {
    await nemesis.inject('health-flip', { region: primary.name, status: 'up' })
    expect(steps.at(-1)).toBe('health-flip verified: health check of us-east-1: 200')
  })
})

test.each([
  [deaf, 'health-flip not-verified: health check of us-east-1: 200'],
  [stubborn, 'health-flip heal-not-verified: process of us-east-1: not serving'],
])('without effect it is not verified: %s', async (disguise, last) => {
  await onReferencePair(
    async ({ nemesis, primary, steps }) => {
      const fault = await nemesis.inject('health-flip', { region: primary.name, status: 'down' })
      if (disguise === stubborn) await fault.heal()
      expect(steps.at(-1)).toBe(last)
    },
    { disguise },
  )
})
