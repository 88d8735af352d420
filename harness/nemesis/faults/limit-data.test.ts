import { expect, test } from 'vitest'
import { FaultError } from '../../kernel/errors.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { undisturbable, unhealable } from '../testing/powerless.ts'

test('a write whose answer is too long has happened, and nobody hears of it', async () => {
  await onReferencePair(async ({ nemesis, primary, steps, ...pair }) => {
    const fault = await nemesis.inject('limit-data', { link: 'clients→primary', bytes: 50 })
    expect(await pair.write(primary.name, 'a')).toBe('info connection-reset')
    await fault.heal()
    expect(await pair.read(primary.name)).toBe('a')
    expect(steps).toEqual([
      'limit-data apply',
      'limit-data applied',
      'limit-data verified: padded canary through clients→primary: reset; process of us-east-1: running',
      'limit-data heal',
      'limit-data healed',
      'limit-data heal-verified: padded canary through clients→primary: passed',
    ])
  })
})

test('of requests: the write never arrives', async () => {
  await onReferencePair(async ({ nemesis, primary, ...pair }) => {
    const few = { link: 'clients→primary', bytes: 50, direction: 'upstream' } as const
    const fault = await nemesis.inject('limit-data', few)
    expect(await pair.write(primary.name, 'a')).toBe('info connection-reset')
    await fault.heal()
    expect(await pair.read(primary.name)).toBe('before')
  })
})

test('a replica whose stream ends again and again still catches up', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, ...pair }) => {
    await nemesis.inject('limit-data', { link: 'replication', bytes: 3_000 })
    for (let write = 0; write < 20; write += 1) {
      expect(await pair.write(primary.name, `v${write}`)).toBe('ok')
    }
    for (let round = 0; round < 20; round += 1) await pair.readUntil(replica.name, 'v19')
    expect(await pair.read(replica.name)).toBe('v19')
  })
})

test('more bytes than can be tried are refused', async () => {
  await onReferencePair(async ({ nemesis, steps }) => {
    const many = nemesis.inject('limit-data', { link: 'clients→primary', bytes: 20_000 })
    await expect(many).rejects.toThrow(FaultError)
    expect(steps).toEqual([])
  })
})

test.each([
  [
    undisturbable,
    'limit-data not-verified: padded canary through replication: passed; process of us-east-1: running',
  ],
  [unhealable, 'limit-data heal-not-verified: padded canary through replication: never passed'],
])('without effect it is not verified: %s', async (disguise, last) => {
  await onReferencePair(
    async ({ nemesis, steps }) => {
      const fault = await nemesis.inject('limit-data', { link: 'replication', bytes: 500 })
      if (disguise === unhealable) await fault.heal()
      expect(steps.at(-1)).toBe(last)
    },
    { disguise },
  )
})
