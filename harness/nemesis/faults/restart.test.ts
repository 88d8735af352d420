import { expect, test } from 'vitest'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { immortal } from '../testing/powerless.ts'

test('a restart is one more life on the same disk, and leaves nothing to heal', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, ...pair }) => {
    expect(await pair.write(primary.name, 'a')).toBe('ok')
    const underWay = pair.write(primary.name, 'b')
    const { boot } = await primary.control.status()
    const fault = await nemesis.inject('restart', { region: primary.name })
    expect(await underWay).toBe('info connection-reset')
    expect((await primary.control.status()).boot).toBe(boot + 1)
    expect(['a', 'b']).toContain(await pair.read(primary.name))
    expect(await pair.write(primary.name, 'c')).toBe('ok')
    await fault.heal()
    expect(await pair.read(primary.name)).toBe('c')
    expect(await pair.readUntil(replica.name, 'c')).toContain('c')
    expect(pair.steps).toEqual([
      'restart apply',
      'restart applied',
      'restart verified: boots of us-east-1: 1 more',
      'restart heal',
      'restart healed',
      'restart heal-verified: process of us-east-1: serving',
    ])
  })
})

test('a restart that never happened is not verified', async () => {
  await onReferencePair(
    async ({ nemesis, replica, steps }) => {
      await nemesis.inject('restart', { region: replica.name })
      expect(steps.at(-1)).toBe('restart not-verified: boots of us-west-2: 0 more')
    },
    { disguise: immortal },
  )
})
