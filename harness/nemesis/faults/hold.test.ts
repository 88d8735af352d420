import { expect, test } from 'vitest'
import { seconds } from '../../kernel/time.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { undisturbable, unhealable } from '../testing/powerless.ts'

test('held changes are acknowledged, do not show on the replica, then arrive in order', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, sim, ...pair }) => {
    const written = ['before', 'a', 'b', 'c', 'd']
    const fault = await nemesis.inject('hold', { link: 'replication' })
    for (const value of written.slice(1)) expect(await pair.write(primary.name, value)).toBe('ok')
    await sim.clock.sleep(seconds(5))
    expect(await pair.read(replica.name)).toBe('before')
    expect(await pair.read(primary.name)).toBe('d')

    const released = fault.heal()
    const shown = await pair.readUntil(replica.name, 'd')
    await released
    expect(shown.at(-1)).toBe('d')
    const places = shown.map((value) => written.indexOf(String(value)))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(pair.steps).toEqual([
      'hold apply',
      'hold applied',
      'hold verified: canary through replication: silent',
      'hold heal',
      'hold healed',
      'hold heal-verified: canary through replication: passed',
    ])
  })
})

test('a held request is answered after the release if its deadline allows', async () => {
  await onReferencePair(async ({ nemesis, primary, ...pair }) => {
    const fault = await nemesis.inject('hold', { link: 'clients→primary' })
    const waiting = pair.write(primary.name, 'a')
    await fault.heal()
    expect(await waiting).toBe('ok')
  })
})

test('a hold that does not take effect is not verified', async () => {
  await onReferencePair(
    async ({ nemesis, steps }) => {
      await nemesis.inject('hold', { link: 'replication' })
      expect(steps.at(-1)).toBe('hold not-verified: canary through replication: passed')
    },
    { disguise: undisturbable },
  )
})

test('a hold that stays is no verified heal', async () => {
  await onReferencePair(
    async ({ nemesis, steps }) => {
      const fault = await nemesis.inject('hold', { link: 'replication' })
      await fault.heal()
      expect(steps.at(-1)).toBe('hold heal-not-verified: canary through replication: never passed')
    },
    { disguise: unhealable },
  )
})
