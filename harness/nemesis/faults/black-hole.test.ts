import { expect, test } from 'vitest'
import { millis, seconds } from '../../kernel/time.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { undisturbable, unhealable } from '../testing/powerless.ts'

test('requests into a black hole end by their deadline and may have happened', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, timed, ...pair }) => {
    const fault = await nemesis.inject('black-hole', { link: 'clients→primary' })
    const { value, took } = await timed(pair.write(primary.name, 'a'))
    expect(value).toBe('info deadline')
    expect(took).toBe(millis(1_500))
    expect(await pair.signIn(primary.name)).toBe('info deadline')
    expect(await pair.signIn(replica.name)).toBe('ok')
    await fault.heal()
    expect(await pair.read(primary.name)).toBe('before')
    expect(await pair.write(primary.name, 'b')).toBe('ok')
    expect(pair.steps).toEqual([
      'black-hole apply',
      'black-hole applied',
      'black-hole verified: canary through clients→primary: silent',
      'black-hole heal',
      'black-hole healed',
      'black-hole heal-verified: canary through clients→primary: passed',
    ])
  })
})

test('replication through a black hole stands still without an error and then catches up', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, sim, ...pair }) => {
    const fault = await nemesis.inject('black-hole', { link: 'replication' })
    expect(await pair.write(primary.name, 'a')).toBe('ok')
    await sim.clock.sleep(seconds(5))
    expect(await pair.read(replica.name)).toBe('before')
    await fault.heal()
    expect(await pair.readUntil(replica.name, 'a')).toContain('a')
  })
})

test('a black hole that does not take effect is not verified', async () => {
  await onReferencePair(
    async ({ nemesis, steps }) => {
      await nemesis.inject('black-hole', { link: 'replication' })
      expect(steps.at(-1)).toBe('black-hole not-verified: canary through replication: passed')
    },
    { disguise: undisturbable },
  )
})

test('a black hole that stays is no verified heal', async () => {
  await onReferencePair(
    async ({ nemesis, steps }) => {
      const fault = await nemesis.inject('black-hole', { link: 'replication' })
      await fault.heal()
      expect(steps.at(-1)).toBe(
        'black-hole heal-not-verified: canary through replication: never passed',
      )
    },
    { disguise: unhealable },
  )
})
