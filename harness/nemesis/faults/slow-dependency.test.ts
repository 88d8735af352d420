import { expect, test } from 'vitest'
import { millis } from '../../kernel/time.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { deaf, stubborn } from '../testing/powerless.ts'

test.each(['password-hash', 'token-signing', 'directory-store'])(
  'a slow %s slows sign-ins down until it is healed',
  async (dependency) => {
    await onReferencePair(async ({ nemesis, primary, timed, steps, ...pair }) => {
      const slow = { region: primary.name, dependency, delayMillis: 250 }
      const fault = await nemesis.inject('slow-dependency', slow)
      const { value, took } = await timed(pair.signIn(primary.name))
      expect(value).toBe('ok')
      expect(took).toBeGreaterThanOrEqual(millis(250))
      await fault.heal()
      expect((await timed(pair.signIn(primary.name))).took).toBeLessThan(millis(5))
      expect(steps).toEqual([
        'slow-dependency apply',
        'slow-dependency applied',
        `slow-dependency verified: ${dependency} of us-east-1: slow`,
        'slow-dependency heal',
        'slow-dependency healed',
        `slow-dependency heal-verified: ${dependency} of us-east-1: works`,
      ])
    })
  },
)

test.each([
  [deaf, 'slow-dependency not-verified: token-signing of us-east-1: works'],
  [stubborn, 'slow-dependency heal-not-verified: token-signing of us-east-1: slow'],
])('without effect it is not verified: %s', async (disguise, last) => {
  await onReferencePair(
    async ({ nemesis, primary, steps }) => {
      const slow = { region: primary.name, dependency: 'token-signing', delayMillis: 100 }
      const fault = await nemesis.inject('slow-dependency', slow)
      if (disguise === stubborn) await fault.heal()
      expect(steps.at(-1)).toBe(last)
    },
    { disguise },
  )
})
