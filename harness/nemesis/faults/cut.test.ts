import { expect, test } from 'vitest'
import { seconds } from '../../kernel/time.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { undisturbable, unhealable } from '../testing/powerless.ts'

test('a cut replication link keeps what is acknowledged from the replica until it heals', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, sim, ...pair }) => {
    const fault = await nemesis.inject('cut', { link: 'replication' })
    expect(await pair.write(primary.name, 'a')).toBe('ok')
    await sim.clock.sleep(seconds(5))
    expect(await pair.read(replica.name)).toBe('before')
    await fault.heal()
    expect(await pair.readUntil(replica.name, 'a')).toContain('a')
    expect(pair.steps).toEqual([
      'cut apply',
      'cut applied',
      'cut verified: canary through replication: refused',
      'cut heal',
      'cut healed',
      'cut heal-verified: canary through replication: passed',
    ])
    expect(pair.told).toEqual([
      'cut in force (canary through replication: refused)',
      'cut healed (canary through replication: passed)',
    ])
  })
})

test('clients behind a cut are refused before a byte leaves, those under way are reset', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, sim, ...pair }) => {
    const underWay = pair.write(primary.name, 'a')
    const fault = await nemesis.inject('cut', { link: 'clients→primary' })
    expect(await underWay).toBe('info connection-reset')
    expect(await pair.write(primary.name, 'b')).toBe('fail connection-refused')
    expect(await pair.read(replica.name)).toBe('before')
    await fault.heal()
    expect(await pair.write(primary.name, 'c')).toBe('ok')
  })
})

test('a cut that does not take effect is not verified', async () => {
  await onReferencePair(
    async ({ nemesis, steps, told }) => {
      await nemesis.inject('cut', { link: 'replication' })
      expect(steps.at(-1)).toBe('cut not-verified: canary through replication: passed')
      expect(told).toEqual(['cut DID NOT TAKE EFFECT (canary through replication: passed)'])
    },
    { disguise: undisturbable },
  )
})

test('a cut that stays is no verified heal', async () => {
  await onReferencePair(
    async ({ nemesis, steps }) => {
      const fault = await nemesis.inject('cut', { link: 'replication' })
      await fault.heal()
      expect(steps.at(-1)).toBe('cut heal-not-verified: canary through replication: never passed')
    },
    { disguise: unhealable },
  )
})
