import { expect, test } from 'vitest'
import { millis } from '../../kernel/time.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { undisturbable, unhealable } from '../testing/powerless.ts'

test('what was asked for has happened, and nobody hears of it', async () => {
  await onReferencePair(async ({ nemesis, primary, timed, steps, ...pair }) => {
    const later = { link: 'clients→primary', afterMillis: 40 }
    const fault = await nemesis.inject('reset-peer', later)
    const { value, took } = await timed(pair.write(primary.name, 'a'))
    expect(value).toBe('info connection-reset')
    expect(took).toBeGreaterThanOrEqual(millis(40))
    await fault.heal()
    expect(await pair.read(primary.name)).toBe('a')
    expect(steps).toEqual([
      'reset-peer apply',
      'reset-peer applied',
      'reset-peer verified: canary through clients→primary: reset; process of us-east-1: running',
      'reset-peer heal',
      'reset-peer healed',
      'reset-peer heal-verified: canary through clients→primary: passed',
    ])
  })
})

test('of requests: nothing arrives', async () => {
  await onReferencePair(async ({ nemesis, primary, ...pair }) => {
    const requests = { link: 'clients→primary', direction: 'upstream' } as const
    const fault = await nemesis.inject('reset-peer', requests)
    expect(await pair.write(primary.name, 'a')).toBe('info connection-reset')
    await fault.heal()
    expect(await pair.read(primary.name)).toBe('before')
  })
})

test('a reset that a dead Region could have sent proves nothing', async () => {
  await onReferencePair(async ({ nemesis, primary, steps }) => {
    await nemesis.inject('process-crash', { region: primary.name })
    await nemesis.inject('reset-peer', { link: 'clients→primary' })
    expect(steps.at(-1)).toBe(
      'reset-peer not-verified: canary through clients→primary: reset; process of us-east-1: stopped',
    )
  })
})

test.each([
  [
    undisturbable,
    'reset-peer not-verified: canary through replication: passed; process of us-east-1: running',
  ],
  [unhealable, 'reset-peer heal-not-verified: canary through replication: never passed'],
])('without effect it is not verified: %s', async (disguise, last) => {
  await onReferencePair(
    async ({ nemesis, steps }) => {
      const fault = await nemesis.inject('reset-peer', { link: 'replication' })
      if (disguise === unhealable) await fault.heal()
      expect(steps.at(-1)).toBe(last)
    },
    { disguise },
  )
})
