import { expect, test } from 'vitest'
import { FaultError } from '../../kernel/errors.ts'
import { millis } from '../../kernel/time.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { undisturbable, unhealable } from '../testing/powerless.ts'

test('requests take the time of their bytes, until it is healed', async () => {
  await onReferencePair(async ({ nemesis, primary, timed, steps, ...pair }) => {
    const quick = (await timed(pair.read(primary.name))).took
    const narrow = { link: 'clients→primary', kilobytesPerSecond: 2 }
    const fault = await nemesis.inject('bandwidth', narrow)
    const { value, took } = await timed(pair.read(primary.name))
    expect(value).toBe('before')
    expect(took).toBeGreaterThan(quick + millis(100))
    await fault.heal()
    expect((await timed(pair.read(primary.name))).took).toBeLessThan(quick + millis(5))
    expect(steps).toEqual([
      'bandwidth apply',
      'bandwidth applied',
      'bandwidth verified: padded canary through clients→primary: delayed',
      'bandwidth heal',
      'bandwidth healed',
      'bandwidth heal-verified: padded canary through clients→primary: passed',
    ])
  })
})

test('a narrow replication link keeps a burst from the replica longer than a wide one', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, sim, ...pair }) => {
    await nemesis.inject('bandwidth', { link: 'replication', kilobytesPerSecond: 1 })
    for (let write = 0; write < 10; write += 1) {
      expect(await pair.write(primary.name, `v${write}`)).toBe('ok')
    }
    await sim.clock.sleep(millis(300))
    expect(await pair.read(replica.name)).not.toBe('v9')
    await sim.clock.sleep(millis(5_000))
    expect(await pair.read(replica.name)).toBe('v9')
  })
})

test('what could not be seen is refused before anything is touched', async () => {
  await onReferencePair(async ({ nemesis, steps }) => {
    const wide = { link: 'clients→primary', kilobytesPerSecond: 500_000 }
    await expect(nemesis.inject('bandwidth', wide)).rejects.toThrow(FaultError)
    await expect(nemesis.inject('bandwidth', wide)).rejects.toThrow('"kilobytesPerSecond"')
    expect(steps).toEqual([])
  })
})

test.each([
  [undisturbable, 'bandwidth not-verified: padded canary through replication: passed'],
  [unhealable, 'bandwidth heal-not-verified: padded canary through replication: still delayed'],
])('without effect it is not verified: %s', async (disguise, last) => {
  await onReferencePair(
    async ({ nemesis, steps }) => {
      const narrow = { link: 'replication', kilobytesPerSecond: 20 }
      const fault = await nemesis.inject('bandwidth', narrow)
      if (disguise === unhealable) await fault.heal()
      expect(steps.at(-1)).toBe(last)
    },
    { disguise },
  )
})
