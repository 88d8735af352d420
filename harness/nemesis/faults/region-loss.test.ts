import { expect, test } from 'vitest'
import { seconds } from '../../kernel/time.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { immortal, undisturbable, unhealable } from '../testing/powerless.ts'

test('what a link held for a lost Region never arrives', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, sim, ...pair }) => {
    const held = await nemesis.inject('hold', { link: 'replication' })
    expect(await pair.write(primary.name, 'a')).toBe('ok')
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    expect(await pair.write(primary.name, 'b')).toBe('fail connection-refused')
    await held.heal()
    await sim.clock.sleep(seconds(5))
    expect(await pair.read(replica.name)).toBe('before')
    // Its disk is not lost: the change is stranded, and arrives when the Region is back.
    await lost.heal()
    expect(await pair.read(primary.name)).toBe('a')
    expect(await pair.readUntil(replica.name, 'a')).toContain('a')
  })
})

test('a mere crash lets the link deliver what it holds, which is why a loss cuts first', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, ...pair }) => {
    const held = await nemesis.inject('hold', { link: 'replication' })
    expect(await pair.write(primary.name, 'a')).toBe('ok')
    await pair.sim.clock.sleep(seconds(1))
    await nemesis.inject('process-crash', { region: primary.name })
    const released = held.heal()
    expect(await pair.readUntil(replica.name, 'a')).toContain('a')
    await released
  })
})

test('a lost Region is stopped and unreachable, and serves again after the heal', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, ...pair }) => {
    const fault = await nemesis.inject('region-loss', { region: primary.name })
    expect(await pair.signIn(replica.name)).toBe('ok')
    await fault.heal()
    expect(await pair.write(primary.name, 'a')).toBe('ok')
    expect(pair.steps).toEqual([
      'region-loss apply',
      'region-loss applied',
      'region-loss verified: process of us-east-1: stopped; ' +
        'canary through clients→primary: refused; canary through replication: refused',
      'region-loss heal',
      'region-loss healed',
      'region-loss heal-verified: process of us-east-1: serving; ' +
        'canary through clients→primary: passed; canary through replication: passed',
    ])
  })
})

test('the heal counts although another fault still keeps what the link is given', async () => {
  await onReferencePair(async ({ nemesis, primary, steps }) => {
    await nemesis.inject('hold', { link: 'replication' })
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await lost.heal()
    expect(steps.at(-1)).toBe(
      'region-loss heal-verified: process of us-east-1: serving; ' +
        'canary through clients→primary: passed; canary through replication: silent',
    )
  })
})

test('a Region that lives on behind its cut links is not lost', async () => {
  await onReferencePair(
    async ({ nemesis, primary, steps }) => {
      await nemesis.inject('region-loss', { region: primary.name })
      expect(steps.at(-1)).toContain('region-loss not-verified: process of us-east-1: running')
    },
    { disguise: immortal },
  )
})

test('links that stay cut are no verified heal', async () => {
  await onReferencePair(
    async ({ nemesis, primary, steps }) => {
      const fault = await nemesis.inject('region-loss', { region: primary.name })
      await fault.heal()
      expect(steps.at(-1)).toBe(
        'region-loss heal-not-verified: process of us-east-1: serving; ' +
          'canary through clients→primary: refused; canary through replication: refused',
      )
    },
    { disguise: unhealable },
  )
})

test('links that still take bytes for a dead Region are not cut: they may hold its last words', async () => {
  await onReferencePair(
    async ({ nemesis, primary, steps }) => {
      await nemesis.inject('region-loss', { region: primary.name })
      expect(steps.at(-1)).toBe(
        'region-loss not-verified: process of us-east-1: stopped; ' +
          'canary through clients→primary: reset; canary through replication: reset',
      )
    },
    { disguise: undisturbable },
  )
})
