import { expect, test } from 'vitest'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { immortal } from '../testing/powerless.ts'

test('writes are refused and reads are served until there is room', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, steps, ...pair }) => {
    const fault = await nemesis.inject('disk-full', { region: primary.name })
    expect(await pair.write(primary.name, 'a')).toBe('info InternalErrorException')
    expect(await pair.read(primary.name)).toBe('before')
    expect(await pair.signIn(primary.name)).toBe('ok')
    await fault.heal()
    expect(await pair.write(primary.name, 'b')).toBe('ok')
    expect(await pair.readUntil(replica.name, 'b')).not.toContain('a')
    expect(steps).toEqual([
      'disk-full apply',
      'disk-full applied',
      'disk-full verified: a page for the disk of us-east-1: refused with ENOSPC',
      'disk-full heal',
      'disk-full healed',
      'disk-full heal-verified: a page for the disk of us-east-1: written',
    ])
  })
})

test('nothing that was acknowledged is gone after a crash with a full disk', async () => {
  await onReferencePair(async ({ nemesis, primary, ...pair }) => {
    expect(await pair.write(primary.name, 'a')).toBe('ok')
    const full = await nemesis.inject('disk-full', { region: primary.name })
    expect(await pair.write(primary.name, 'b')).toBe('info InternalErrorException')
    const crash = await nemesis.inject('power-loss', { region: primary.name })
    await crash.heal()
    expect(await pair.read(primary.name)).toBe('a')
    await full.heal()
    expect(await pair.write(primary.name, 'c')).toBe('ok')
  })
})

test('a replica whose disk is full falls behind and catches up', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, ...pair }) => {
    const fault = await nemesis.inject('disk-full', { region: replica.name })
    expect(await pair.write(primary.name, 'a')).toBe('ok')
    expect(await pair.readUntil(replica.name, 'a')).not.toContain('a')
    await fault.heal()
    expect(await pair.readUntil(replica.name, 'a')).toContain('a')
  })
})

test('a disk that has room all the same is not verified as full', async () => {
  await onReferencePair(
    async ({ nemesis, primary, steps }) => {
      await nemesis.inject('disk-full', { region: primary.name })
      expect(steps.at(-1)).toBe('disk-full not-verified: a page for the disk of us-east-1: written')
    },
    { disguise: immortal },
  )
})
