import { expect, test } from 'vitest'
import { millis } from '../../kernel/time.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { undisturbable, unhealable } from '../testing/powerless.ts'

test('answers come later by the time asked for, give or take the jitter', async () => {
  await onReferencePair(async ({ nemesis, primary, timed, ...pair }) => {
    const fault = await nemesis.inject('latency', {
      link: 'clients→primary',
      latencyMillis: 200,
      jitterMillis: 20,
    })
    for (let round = 0; round < 5; round += 1) {
      const { value, took } = await timed(pair.read(primary.name))
      expect(value).toBe('before')
      expect(took).toBeGreaterThanOrEqual(millis(180))
      expect(took).toBeLessThan(millis(225))
    }
    await fault.heal()
    expect((await timed(pair.read(primary.name))).took).toBeLessThan(millis(5))
    expect(pair.steps).toEqual([
      'latency apply',
      'latency applied',
      'latency verified: canary through clients→primary: delayed',
      'latency heal',
      'latency healed',
      'latency heal-verified: canary through clients→primary: passed',
    ])
  })
})

test('the replica behind a slow link shows a change no sooner than the link allows', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, sim, ...pair }) => {
    await nemesis.inject('latency', { link: 'replication', latencyMillis: 300 })
    expect(await pair.write(primary.name, 'a')).toBe('ok')
    await sim.clock.sleep(millis(299))
    expect(await pair.read(replica.name)).toBe('before')
    expect(await pair.readUntil(replica.name, 'a')).toContain('a')
  })
})

test('a latency that does not take effect is not verified', async () => {
  await onReferencePair(
    async ({ nemesis, steps }) => {
      await nemesis.inject('latency', { link: 'replication', latencyMillis: 50 })
      expect(steps.at(-1)).toBe('latency not-verified: canary through replication: passed')
    },
    { disguise: undisturbable },
  )
})

test('a latency that stays is no verified heal', async () => {
  await onReferencePair(
    async ({ nemesis, steps }) => {
      const fault = await nemesis.inject('latency', { link: 'replication', latencyMillis: 50 })
      await fault.heal()
      expect(steps.at(-1)).toBe(
        'latency heal-not-verified: canary through replication: still delayed',
      )
    },
    { disguise: unhealable },
  )
})
