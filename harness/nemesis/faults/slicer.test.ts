import { expect, test } from 'vitest'
import { millis } from '../../kernel/time.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { undisturbable, unhealable } from '../testing/powerless.ts'

const slices = { averageBytes: 40, variationBytes: 10, delayMicros: 5_000 }

test('requests arrive slice by slice and whole, until it is healed', async () => {
  await onReferencePair(async ({ nemesis, primary, timed, steps, ...pair }) => {
    const fault = await nemesis.inject('slicer', { link: 'clients→primary', ...slices })
    const { value, took } = await timed(pair.write(primary.name, 'a'))
    expect(value).toBe('ok')
    expect(took).toBeGreaterThan(millis(30))
    expect(await pair.read(primary.name)).toBe('a')
    await fault.heal()
    expect((await timed(pair.read(primary.name))).took).toBeLessThan(millis(5))
    expect(steps).toEqual([
      'slicer apply',
      'slicer applied',
      'slicer verified: padded canary through clients→primary: delayed',
      'slicer heal',
      'slicer healed',
      'slicer heal-verified: padded canary through clients→primary: passed',
    ])
  })
})

test.each([
  [undisturbable, 'slicer not-verified: padded canary through replication: passed'],
  [unhealable, 'slicer heal-not-verified: padded canary through replication: still delayed'],
])('without effect it is not verified: %s', async (disguise, last) => {
  await onReferencePair(
    async ({ nemesis, steps }) => {
      const fault = await nemesis.inject('slicer', { link: 'replication', ...slices })
      if (disguise === unhealable) await fault.heal()
      expect(steps.at(-1)).toBe(last)
    },
    { disguise },
  )
})
