import { expect, test } from 'vitest'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { undisturbable } from '../testing/powerless.ts'

test('with the answers swallowed, what was asked for happens and nobody hears of it', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, ...pair }) => {
    const link = 'clients→primary'
    const fault = await nemesis.inject('one-way', { link, direction: 'downstream' })
    expect(await pair.write(primary.name, 'a')).toBe('info deadline')
    expect(await pair.read(replica.name)).toBe('a')
    await fault.heal()
    expect(await pair.read(primary.name)).toBe('a')
    expect(pair.steps).toEqual([
      'one-way apply',
      'one-way applied',
      'one-way verified: canary through clients→primary: silent',
      'one-way heal',
      'one-way healed',
      'one-way heal-verified: canary through clients→primary: passed',
    ])
  })
})

test('with the requests swallowed, nothing happens and nobody hears of it', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, ...pair }) => {
    const link = 'clients→primary'
    const fault = await nemesis.inject('one-way', { link, direction: 'upstream' })
    expect(await pair.write(primary.name, 'a')).toBe('info deadline')
    expect(await pair.read(replica.name)).toBe('before')
    await fault.heal()
    expect(await pair.read(primary.name)).toBe('before')
  })
})

test('a direction that is not disturbed is not verified', async () => {
  await onReferencePair(
    async ({ nemesis, steps }) => {
      await nemesis.inject('one-way', { link: 'replication', direction: 'upstream' })
      expect(steps.at(-1)).toBe('one-way not-verified: canary through replication: passed')
    },
    { disguise: undisturbable },
  )
})
