import { expect, test } from 'vitest'
import { millis } from '../../kernel/time.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { immortal } from '../testing/powerless.ts'

const slowDisk = { simulation: { diskSyncMicros: millis(50) } }

test('a loss of power keeps what was acknowledged and drops what was not synced', async () => {
  await onReferencePair(
    async ({ nemesis, primary, replica, sim, stack, ...pair }) => {
      expect(await pair.write(primary.name, 'a')).toBe('ok')
      const size = (): number => {
        const disk = stack.disk(primary.name)
        return disk.files().reduce((sum, file) => sum + (disk.read(file)?.length ?? 0), 0)
      }
      const synced = size()
      const underWay = pair.write(primary.name, 'b')
      await sim.clock.sleep(millis(20))
      const written = size()
      expect(written).toBeGreaterThan(synced)
      const fault = await nemesis.inject('power-loss', { region: primary.name })
      expect(size()).toBeGreaterThanOrEqual(synced)
      expect(size()).toBeLessThan(written)
      expect(await underWay).toBe('info connection-reset')
      await fault.heal()
      expect(await pair.read(primary.name)).toBe('a')
      expect(await pair.write(primary.name, 'c')).toBe('ok')
      expect(await pair.readUntil(replica.name, 'c')).toContain('c')
      expect(pair.steps).toEqual([
        'power-loss apply',
        'power-loss applied',
        'power-loss verified: process of us-east-1: stopped',
        'power-loss heal',
        'power-loss healed',
        'power-loss heal-verified: process of us-east-1: serving',
      ])
    },
    { plan: slowDisk },
  )
})

test('where answers do not wait for the disk, an acknowledged write is lost', async () => {
  await onReferencePair(
    async ({ nemesis, primary, ...pair }) => {
      await nemesis.inject('hold', { link: 'replication' })
      expect(await pair.write(primary.name, 'a')).toBe('ok')
      const fault = await nemesis.inject('power-loss', { region: primary.name })
      await fault.heal()
      expect(await pair.read(primary.name)).toBe('before')
    },
    { plan: { ...slowDisk, syncBeforeAcknowledge: false } },
  )
})

test('a Region whose power stays is no verified loss of power', async () => {
  await onReferencePair(
    async ({ nemesis, primary, steps }) => {
      await nemesis.inject('power-loss', { region: primary.name })
      expect(steps.at(-1)).toBe('power-loss not-verified: process of us-east-1: running')
    },
    { disguise: immortal },
  )
})
