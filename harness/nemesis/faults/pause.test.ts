import { expect, test } from 'vitest'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { immortal } from '../testing/powerless.ts'

test('a frozen Region answers nobody, then goes on with what it was asked', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, ...pair }) => {
    const fault = await nemesis.inject('pause', { region: primary.name })
    expect(await pair.write(primary.name, 'a')).toBe('info deadline')
    expect(await pair.read(replica.name)).toBe('before')
    await fault.heal()
    // The client gave up long ago; the Region does not know.
    expect(await pair.readUntil(primary.name, 'a')).toContain('a')
    expect(await pair.readUntil(replica.name, 'a')).toContain('a')
    expect(pair.steps).toEqual([
      'pause apply',
      'pause applied',
      'pause verified: process of us-east-1: paused',
      'pause heal',
      'pause healed',
      'pause heal-verified: process of us-east-1: serving',
    ])
  })
})

test('a Region that does not freeze is no verified pause', async () => {
  await onReferencePair(
    async ({ nemesis, primary, steps }) => {
      await nemesis.inject('pause', { region: primary.name })
      expect(steps.at(-1)).toBe('pause not-verified: process of us-east-1: running')
    },
    { disguise: immortal },
  )
})
