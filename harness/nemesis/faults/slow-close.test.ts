import { expect, test } from 'vitest'
import { millis } from '../../kernel/time.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { undisturbable, unhealable } from '../testing/powerless.ts'

test('clients hear of a crash later, and of answers at once', async () => {
  await onReferencePair(
    async ({ nemesis, primary, sim, timed, steps, ...pair }) => {
      const late = { link: 'clients→primary', delayMillis: 400 }
      const fault = await nemesis.inject('slow-close', late)
      expect((await timed(pair.read(primary.name))).took).toBeLessThan(millis(5))
      const writing = timed(pair.write(primary.name, 'a'))
      await sim.clock.sleep(millis(5))
      const crash = await nemesis.inject('process-crash', { region: primary.name })
      const { value, took } = await writing
      expect(value).toBe('info connection-reset')
      expect(took).toBeGreaterThan(millis(400))
      await crash.heal()
      await fault.heal()
      expect(steps.filter((step) => step.startsWith('slow-close'))).toEqual([
        'slow-close apply',
        'slow-close applied',
        'slow-close verified: end of a connection through clients→primary: late',
        'slow-close heal',
        'slow-close healed',
        'slow-close heal-verified: end of a connection through clients→primary: soon',
      ])
    },
    { plan: { simulation: { diskSyncMicros: millis(50) } } },
  )
})

test.each([
  [undisturbable, 'slow-close not-verified: end of a connection through replication: at once'],
  [unhealable, 'slow-close heal-not-verified: end of a connection through replication: still late'],
])('without effect it is not verified: %s', async (disguise, last) => {
  await onReferencePair(
    async ({ nemesis, steps }) => {
      const late = { link: 'replication', delayMillis: 50 }
      const fault = await nemesis.inject('slow-close', late)
      if (disguise === unhealable) await fault.heal()
      expect(steps.at(-1)).toBe(last)
    },
    { disguise },
  )
})
