import { describe, expect, test } from 'vitest'
import { RegionNotReadyError, WorldError } from '../../kernel/errors.ts'
import { millis, seconds } from '../../kernel/time.ts'
import type { Connection, RegionFactory, RegionPorts } from '../../target/region.ts'
import { simEpoch } from './sim-clock.ts'
import { inToyWorld } from './testing/in-toy-world.ts'
import { toyRegion } from './testing/toy-region.ts'

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString()

describe('crash', () => {
  test('fails what is under way and keeps the disk as it is', async () => {
    await inToyWorld(async ({ east, put, get, clock, stack }) => {
      expect(await put(east.http, 'a')).toBe('200 1')
      const dying = put(east.http, 'b')
      await clock.sleep(300)
      await east.lifecycle.crash()
      expect(await east.lifecycle.observe()).toBe('stopped')
      expect(await dying).toBe('maybe reset after 550')
      // The link accepts, as a proxy does; the Region's own port refuses.
      expect(await put(east.http, 'c')).toBe('maybe reset after 500')
      expect(await put(east.direct, 'c')).toBe('no refused after 50')
      await expect(east.control.status()).rejects.toThrow(WorldError)
      expect(text(stack.disk('east').read('log'))).toMatch(/^\d+:a=a\n\d+:b=b\n$/)
      await east.lifecycle.start()
      expect(await get(east.http, 'b')).toBe('200 b')
      expect(await east.control.status()).toEqual({ boot: 2, position: 2 })
    })
  })

  test('ends streams at the peer, which comes back after the restart', async () => {
    await inToyWorld(async ({ east, west, put, get, clock }) => {
      await east.lifecycle.crash()
      await clock.sleep(millis(30))
      await east.lifecycle.start()
      await put(east.http, 'a')
      await clock.sleep(millis(30))
      expect(await get(west.http, 'a')).toBe('200 a')
    })
  })

  test('what a link held for the dead life is gone when the next one is ready', async () => {
    await inToyWorld(async ({ east, put, get, clientsToEast, disturb, clock }) => {
      const held = await disturb(clientsToEast, { kind: 'hold', direction: 'upstream' })
      const waiting = put(east.http, 'a')
      await clock.sleep(millis(1))
      await east.lifecycle.crash()
      await clock.sleep(millis(1))
      await east.lifecycle.start()
      expect(await waiting).toMatch(/^maybe reset after 2\d{3}$/)
      await held.lift()
      expect(await get(east.http, 'a')).toBe('404')
    })
  })

  test('each life draws from its own scope', async () => {
    await inToyWorld(async ({ east, put, stack }) => {
      await put(east.http, 'a')
      await east.lifecycle.crash()
      await east.lifecycle.start()
      await put(east.http, 'a')
      const [first, second] = text(stack.disk('east').read('log')).split('\n')
      expect(first).not.toBe(second)
    })
  })

  test('a dead life sends, writes and draws nothing, and never ends its waits', async () => {
    const reached: string[] = []
    let ports: RegionPorts | undefined
    let stream: Connection | undefined
    const zombie: RegionFactory = async (given, settings) => {
      const instance = await toyRegion(given, settings)
      if (ports === undefined && JSON.stringify(settings).includes('follows')) {
        ports = given
        stream = await given.network.connect('east', 'replication')
        void given.clock.sleep(millis(20)).then(() => reached.push('sleep'))
        given.clock.timeout(millis(20)).addEventListener('abort', () => reached.push('timeout'))
      }
      return instance
    }
    await inToyWorld(async ({ west, stack, clock, scheduler }) => {
      await west.lifecycle.crash()
      const { entries } = scheduler.trace
      const wall = ports?.wall.now()
      const time = ports?.clock.monotonic()
      const file = text(stack.disk('west').read('log'))
      stream?.send(Buffer.from('late'))
      stream?.close()
      void ports?.disk.append('log', Buffer.from('late')).then(() => reached.push('append'))
      void ports?.disk.sync('log').then(() => reached.push('sync'))
      void ports?.disk.replace('log', Buffer.from('late')).then(() => reached.push('replace'))
      void ports?.clock.sleep(1).then(() => reached.push('second sleep'))
      void ports?.offload.run(async () => reached.push('offload'))
      void ports?.network.connect('east', 'replication').then(() => reached.push('connect'))
      const draw = ports?.random.at('x', 1, 1).integer(0, 1_000)
      expect(ports?.random.at('x', 1, 1).integer(0, 1_000)).toBe(draw)
      expect(scheduler.trace.entries).toBe(entries)
      await clock.sleep(millis(100))
      expect(ports?.wall.now()).toBe(wall)
      expect(ports?.clock.monotonic()).toBe(time)
      expect(text(stack.disk('west').read('log'))).toBe(file)
    }, zombie)
    expect(reached).toEqual([])
  })
})

describe('pause', () => {
  test('defers requests, streams and timers until the Region goes on', async () => {
    const beats: number[] = []
    const beating: RegionFactory = async (ports, settings) => {
      if (JSON.stringify(settings).includes('follows')) {
        void (async () => {
          for (let beat = 0; beat < 20; beat += 1) {
            await ports.clock.sleep(millis(1))
            beats.push(ports.clock.monotonic())
          }
        })()
      }
      return toyRegion(ports, settings)
    }
    await inToyWorld(async ({ east, west, put, get, clock }) => {
      await west.lifecycle.pause()
      expect(await west.lifecycle.observe()).toBe('paused')
      const paused = beats.length
      const waiting = get(west.http, 'b', millis(100))
      for (const key of ['a', 'b', 'c']) await put(east.http, key)
      await clock.sleep(millis(30))
      expect(await get(west.http, 'a', millis(5))).toBe('maybe deadline after 5000')
      expect(beats).toHaveLength(paused)
      await west.lifecycle.resume()
      await west.lifecycle.resume()
      expect(await waiting).toBe('404')
      await clock.sleep(millis(1))
      for (const key of ['a', 'b', 'c']) expect(await get(west.http, key)).toBe(`200 ${key}`)
      expect(beats.length).toBeGreaterThan(paused)
    }, beating)
  })

  test('a Region that is killed while paused fails what it had not read', async () => {
    await inToyWorld(async ({ east, get, clock }) => {
      await east.lifecycle.pause()
      const waiting = get(east.http, 'a')
      await clock.sleep(millis(1))
      await east.lifecycle.crash()
      expect(await waiting).toBe('maybe reset after 1250')
      await expect(east.lifecycle.pause()).rejects.toThrow('no process to pause')
      await expect(east.lifecycle.resume()).rejects.toThrow(WorldError)
    })
  })
})

describe('loss of power', () => {
  test('takes what was not synced and no more', async () => {
    await inToyWorld(async ({ east, put, get, clock, stack }) => {
      expect(await put(east.http, 'a')).toBe('200 1')
      const dying = put(east.http, 'b')
      // Appended at 250 µs, synced at 350 µs.
      await clock.sleep(300)
      const before = text(stack.disk('east').read('log'))
      await east.lifecycle.losePower?.()
      expect(await dying).toBe('maybe reset after 550')
      const after = text(stack.disk('east').read('log'))
      expect(before.startsWith(after)).toBe(true)
      expect(after.length).toBeLessThan(before.length)
      await east.lifecycle.start()
      expect(await get(east.http, 'a')).toBe('200 a')
      expect(await get(east.http, 'b')).toBe('404')
    })
  })
})

describe('start', () => {
  test('of a Region that is not stopped is refused', async () => {
    await inToyWorld(async ({ east }) => {
      await expect(east.lifecycle.start()).rejects.toThrow('Region east is running')
      await east.lifecycle.pause()
      await expect(east.lifecycle.start()).rejects.toThrow('Region east is paused')
    })
  })

  test('says why a Region is not ready: it failed, took too long or died', async () => {
    let lives = 0
    const failing: RegionFactory = async (ports, settings) => {
      lives += 1
      if (lives === 3) throw new Error('its disk cannot be read')
      if (lives === 4) await ports.clock.sleep(seconds(100))
      if (lives === 5) await ports.clock.sleep(millis(10))
      return toyRegion(ports, settings)
    }
    await inToyWorld(async ({ east, get, clock }) => {
      await east.lifecycle.crash()
      const failed = east.lifecycle.start()
      await expect(failed).rejects.toThrow(RegionNotReadyError)
      await expect(failed).rejects.toThrow('its disk cannot be read')
      await expect(east.lifecycle.start()).rejects.toThrow('within 1000 ms')
      const dying = east.lifecycle.start()
      const outcome = dying.catch((error: unknown) => error)
      await clock.sleep(millis(1))
      expect(await get(east.direct, 'a')).toBe('no refused after 50')
      await east.lifecycle.crash()
      expect(await outcome).toBeInstanceOf(RegionNotReadyError)
      await east.lifecycle.start()
      expect(await get(east.http, 'a')).toBe('404')
    }, failing)
  })
})

describe('the control channel', () => {
  test('sets the wall clock of one Region; time travel moves those of all', async () => {
    await inToyWorld(async ({ east, west, wall, timeTravel }) => {
      await west.control.setWallOffset(seconds(90))
      expect(await east.control.readWall()).toBe(simEpoch)
      expect(await west.control.readWall()).toBe(simEpoch + seconds(90))
      await timeTravel.advance(seconds(3_600))
      expect(await east.control.readWall()).toBe(simEpoch + seconds(3_600))
      expect(await west.control.readWall()).toBe(simEpoch + seconds(3_690))
      expect(wall.now()).toBeGreaterThanOrEqual(simEpoch + seconds(3_600))
      await west.lifecycle.crash()
      await west.lifecycle.start()
      expect(await west.control.readWall()).toBe(simEpoch + seconds(3_690))
    })
  })

  test('passes commands and crosses no link', async () => {
    await inToyWorld(async ({ east, clientsToEast, disturb }) => {
      await disturb(clientsToEast, { kind: 'cut' })
      expect(await east.control.command('messages', ['u1'])).toEqual({
        name: 'messages',
        parameters: ['u1'],
      })
      expect(await east.control.status()).toEqual({ boot: 1, position: 0 })
    })
  })
})
