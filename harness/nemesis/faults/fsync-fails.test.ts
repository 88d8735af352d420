import { expect, test } from 'vitest'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { immortal } from '../testing/powerless.ts'

test('nothing is acknowledged while syncs fail, and nothing after it before a start', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, steps, ...pair }) => {
    const fault = await nemesis.inject('fsync-fails', { region: primary.name })
    expect(await pair.write(primary.name, 'a')).toBe('info InternalErrorException')
    expect(await pair.read(primary.name)).toBe('before')
    expect(await pair.read(replica.name)).toBe('before')
    await fault.heal()
    expect(await pair.write(primary.name, 'b')).toBe('info InternalErrorException')
    expect(await pair.read(primary.name)).toBe('before')
    const restart = await nemesis.inject('restart', { region: primary.name })
    await restart.heal()
    expect(await pair.write(primary.name, 'c')).toBe('ok')
    expect(await pair.readUntil(replica.name, 'c')).toContain('c')
    expect(steps.filter((step) => step.startsWith('fsync-fails'))).toEqual([
      'fsync-fails apply',
      'fsync-fails applied',
      'fsync-fails verified: a sync of the disk of us-east-1: refused with EIO',
      'fsync-fails heal',
      'fsync-fails healed',
      'fsync-fails heal-verified: a sync of the disk of us-east-1: done',
    ])
  })
})

test('what was acknowledged before outlives the power, what failed does not', async () => {
  await onReferencePair(async ({ nemesis, primary, ...pair }) => {
    expect(await pair.write(primary.name, 'a')).toBe('ok')
    const failing = await nemesis.inject('fsync-fails', { region: primary.name })
    expect(await pair.write(primary.name, 'b')).toBe('info InternalErrorException')
    await failing.heal()
    const dark = await nemesis.inject('power-loss', { region: primary.name })
    await dark.heal()
    expect(await pair.read(primary.name)).toBe('a')
    expect(await pair.write(primary.name, 'c')).toBe('ok')
  })
})

test('a replica whose syncs fail stays behind until it starts again', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, ...pair }) => {
    const fault = await nemesis.inject('fsync-fails', { region: replica.name })
    expect(await pair.write(primary.name, 'a')).toBe('ok')
    expect(await pair.readUntil(replica.name, 'a')).not.toContain('a')
    await fault.heal()
    const restart = await nemesis.inject('restart', { region: replica.name })
    await restart.heal()
    expect(await pair.readUntil(replica.name, 'a')).toContain('a')
  })
})

test('syncs that work all the same are not verified as failing', async () => {
  await onReferencePair(
    async ({ nemesis, primary, steps }) => {
      await nemesis.inject('fsync-fails', { region: primary.name })
      expect(steps.at(-1)).toBe('fsync-fails not-verified: a sync of the disk of us-east-1: done')
    },
    { disguise: immortal },
  )
})
