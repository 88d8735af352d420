import { expect, test } from 'vitest'
import { FaultError } from '../../kernel/errors.ts'
import { millis } from '../../kernel/time.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { deaf } from '../testing/powerless.ts'

test('the health check goes down and up as often as asked, and the Region serves', async () => {
  await onReferencePair(async ({ nemesis, primary, sim, timed, steps, ...pair }) => {
    const flapping = timed(
      nemesis.inject('health-flapping', { region: primary.name, times: 5, periodMillis: 200 }),
    )
    await sim.clock.sleep(millis(30))
    expect(await pair.signIn(primary.name)).toBe('ok')
    const { value, took } = await flapping
    expect(took).toBeGreaterThanOrEqual(millis(1_000))
    await value.heal()
    expect(steps).toEqual([
      'health-flapping apply',
      'health-flapping applied',
      'health-flapping verified: health check of us-east-1: 5 times down, 5 times up',
      'health-flapping heal',
      'health-flapping healed',
      'health-flapping heal-verified: process of us-east-1: serving',
    ])
  })
})

test('a flapping that would not end in time is refused', async () => {
  await onReferencePair(async ({ nemesis, primary }) => {
    const long = { region: primary.name, times: 100, periodMillis: 60_000 }
    await expect(nemesis.inject('health-flapping', long)).rejects.toThrow(FaultError)
  })
})

test('a health check that stays up is not verified as flapping', async () => {
  await onReferencePair(
    async ({ nemesis, primary, steps }) => {
      const twice = { region: primary.name, times: 2, periodMillis: 20 }
      await nemesis.inject('health-flapping', twice)
      expect(steps.at(-1)).toBe(
        'health-flapping not-verified: health check of us-east-1: 0 times down, 2 times up',
      )
    },
    { disguise: deaf },
  )
})
