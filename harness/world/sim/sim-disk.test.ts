import { describe, expect, test } from 'vitest'
import { millis } from '../../kernel/time.ts'
import { Generation } from './owner.ts'
import { runInSim, type Sim } from './run-in-sim.ts'
import { SimDisk } from './sim-disk.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)
const text = (content: Uint8Array | undefined): string | undefined =>
  content && Buffer.from(content).toString()

function createDisk({ scheduler, random }: Sim): SimDisk {
  return new SimDisk({ scheduler, random, region: 'east', syncMicros: 100 })
}

describe('a disk in virtual time', () => {
  test('reads what was appended, synced or not, and nothing where there is no file', async () => {
    const { value } = await runInSim({ seed: 1 }, async (sim) => {
      const disk = createDisk(sim).open(sim.owner)
      await disk.append('log', bytes('one '))
      await disk.append('log', bytes('two'))
      return [text(await disk.read('log')), await disk.read('other')]
    })
    expect(value).toEqual(['one two', undefined])
  })

  test('a full disk refuses what needs more room, keeps what it has and takes less', async () => {
    const { value } = await runInSim({ seed: 1 }, async (sim) => {
      const subject = createDisk(sim)
      const disk = subject.open(sim.owner)
      await disk.append('log', bytes('one two'))
      subject.fill()
      const codes: unknown[] = []
      const attempt = (work: Promise<void>): Promise<void> =>
        work.then(
          () => void codes.push('done'),
          (error: NodeJS.ErrnoException) => void codes.push(error.code),
        )
      await attempt(disk.append('log', bytes('!')))
      await attempt(disk.replace('other', bytes('!')))
      await attempt(disk.replace('log', bytes('one')))
      await attempt(disk.append('log', bytes(' 2 3')))
      await attempt(disk.append('log', bytes('!')))
      await attempt(disk.sync('log'))
      const held = text(await disk.read('log'))
      subject.free()
      await attempt(disk.append('log', bytes('!')))
      return { codes, held, after: text(await disk.read('log')) }
    })
    expect(value).toEqual({
      codes: ['ENOSPC', 'ENOSPC', 'done', 'done', 'ENOSPC', 'done', 'done'],
      held: 'one 2 3',
      after: 'one 2 3!',
    })
  })

  test('a sync that fails makes nothing durable, for anybody who waits; a later one does', async () => {
    const { value } = await runInSim({ seed: 1 }, async (sim) => {
      const subject = createDisk(sim)
      const disk = subject.open(sim.owner)
      const codeOf = (work: Promise<void>): Promise<unknown> =>
        work.then(
          () => 'done',
          (error: NodeJS.ErrnoException) => error.code,
        )
      await disk.append('log', bytes('one'))
      await disk.sync('log')
      subject.failSyncs(true)
      await disk.append('log', bytes(' two'))
      const codes = await Promise.all([disk.sync('log'), disk.sync('log')].map(codeOf))
      codes.push(await codeOf(disk.replace('other', bytes('!'))))
      const held = text(await disk.read('log'))
      subject.failSyncs(false)
      await disk.append('kept', bytes('three'))
      codes.push(await codeOf(disk.sync('kept')))
      subject.losePower()
      const left = [await disk.read('log'), await disk.read('other'), await disk.read('kept')]
      return { codes, held, left: left.map(text) }
    })
    expect(value.codes).toEqual(['EIO', 'EIO', 'EIO', 'done'])
    expect(value.held).toBe('one two')
    expect(value.left[0]).toMatch(/^one(?: t| tw)?/)
    expect(value.left[0]).not.toBe('one two')
    expect(value.left.slice(1)).toEqual([undefined, 'three'])
  })

  test('one sync serves all who asked while another was under way', async () => {
    const { value } = await runInSim({ seed: 1 }, async (sim) => {
      const disk = createDisk(sim).open(sim.owner)
      const ends: number[] = []
      const write = async (at: number): Promise<void> => {
        await sim.clock.sleep(at)
        await disk.append('log', bytes(`${at} `))
        await disk.sync('log')
        ends.push(sim.clock.monotonic())
      }
      await Promise.all([0, 10, 20, 30].map(write))
      return ends
    })
    expect(value).toEqual([100, 200, 200, 200])
  })

  test('loss of power takes only what was not synced, dropped or torn by the seed', async () => {
    const lengths = new Set<number>()
    for (let seed = 0; seed < 40; seed += 1) {
      const { value } = await runInSim({ seed }, async (sim) => {
        const medium = createDisk(sim)
        const disk = medium.open(sim.owner)
        await disk.append('log', bytes('durable;'))
        await disk.sync('log')
        await disk.append('log', bytes('gone;'))
        await disk.append('new', bytes('never synced'))
        medium.losePower()
        return { log: text(medium.read('log')) ?? '', fresh: text(medium.read('new')) }
      })
      expect('durable;gone;'.startsWith(value.log)).toBe(true)
      expect(value.log.startsWith('durable;')).toBe(true)
      expect(value.log.length).toBeLessThan('durable;gone;'.length)
      if (value.fresh !== undefined) expect('never synced'.startsWith(value.fresh)).toBe(true)
      lengths.add(value.log.length)
    }
    expect(lengths.has('durable;'.length)).toBe(true)
    expect(lengths.size).toBeGreaterThan(2)
  })

  test('a sync that power loss interrupted makes nothing durable', async () => {
    const { value } = await runInSim({ seed: 4 }, async (sim) => {
      const medium = createDisk(sim)
      const disk = medium.open(sim.owner)
      await disk.append('log', bytes('0123456789'))
      let synced = false
      void disk.sync('log').then(() => {
        synced = true
      })
      await sim.clock.sleep(50)
      medium.losePower()
      const left = medium.read('log')?.length ?? 0
      await sim.clock.sleep(millis(1))
      medium.losePower()
      return { synced, left, later: medium.read('log')?.length ?? 0 }
    })
    expect(value.synced).toBe(false)
    expect(value.left).toBeLessThan(10)
    expect(value.later).toBe(value.left)
  })

  test('a replacement is there as a whole, durable, or not at all', async () => {
    const { value } = await runInSim({ seed: 1 }, async (sim) => {
      const medium = createDisk(sim)
      const life = new Generation(sim.scheduler, 'east/1')
      const disk = medium.open(life)
      await disk.replace('state', bytes('first'))
      medium.losePower()
      const durable = text(medium.read('state'))
      void disk.replace('state', bytes('second'))
      await sim.clock.sleep(50)
      const before = text(medium.read('state'))
      life.die()
      await sim.clock.sleep(millis(1))
      return [durable, before, text(medium.read('state'))]
    })
    expect(value).toEqual(['first', 'first', 'first'])
  })

  test('what the caller does to its bytes afterwards changes nothing', async () => {
    const { value } = await runInSim({ seed: 1 }, async (sim) => {
      const disk = createDisk(sim).open(sim.owner)
      const content = Buffer.from('mine')
      await disk.append('log', content)
      content.fill(0)
      const read = await disk.read('log')
      read?.fill(0)
      return text(await disk.read('log'))
    })
    expect(value).toBe('mine')
  })
})
