import { expect, test } from 'vitest'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { deaf, stubborn } from '../testing/powerless.ts'

test('users are served while pools and replicas cannot be administered', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, steps, ...pair }) => {
    const fault = await nemesis.inject('management-down', { region: primary.name })
    expect(await pair.signIn(primary.name)).toBe('ok')
    expect(await pair.write(primary.name, 'a')).toBe('ok')
    expect(await pair.readUntil(replica.name, 'a')).toContain('a')
    await fault.heal()
    expect(steps).toEqual([
      'management-down apply',
      'management-down applied',
      'management-down verified: at us-east-1: management down, sign-in up',
      'management-down heal',
      'management-down healed',
      'management-down heal-verified: at us-east-1: management up, sign-in up',
    ])
  })
})

test.each([
  [deaf, 'management-down not-verified: at us-west-2: management up, sign-in up'],
  [stubborn, 'management-down heal-not-verified: at us-west-2: management down, sign-in up'],
])('without effect it is not verified: %s', async (disguise, last) => {
  await onReferencePair(
    async ({ nemesis, replica, steps }) => {
      const fault = await nemesis.inject('management-down', { region: replica.name })
      if (disguise === stubborn) await fault.heal()
      expect(steps.at(-1)).toBe(last)
    },
    { disguise },
  )
})
