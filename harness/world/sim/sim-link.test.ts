import { describe, expect, test } from 'vitest'
import { UsageError } from '../../kernel/errors.ts'
import { millis } from '../../kernel/time.ts'
import type { Connection, RegionFactory } from '../../target/region.ts'
import { inToyWorld } from './testing/in-toy-world.ts'
import { toyRegion } from './testing/toy-region.ts'

const both = { direction: 'both' } as const

describe('clients over an undisturbed link', () => {
  test('wait for the way there and back and for the sync', async () => {
    await inToyWorld(async ({ east, west, put, get, clock }) => {
      const began = clock.monotonic()
      expect(await put(east.http, 'a')).toBe('200 1')
      expect(clock.monotonic() - began).toBe(250 + 100 + 250)
      await clock.sleep(millis(5))
      expect(await get(west.http, 'a')).toBe('200 a')
    })
  })
})

describe('cut', () => {
  test('refuses new requests, resets those under way and discards what it held', async () => {
    await inToyWorld(async ({ east, put, get, clientsToEast, disturb, clock }) => {
      const held = await disturb(clientsToEast, { kind: 'hold', direction: 'upstream' })
      const kept = put(east.http, 'a')
      await clock.sleep(millis(2))
      const cut = await disturb(clientsToEast, { kind: 'cut' })
      expect(await kept).toBe('maybe reset after 2000')
      expect(await put(east.http, 'b')).toBe('no refused after 250')
      await cut.lift()
      await cut.lift()
      await held.lift()
      await clock.sleep(millis(5))
      expect(await get(east.direct, 'a')).toBe('404')
      expect(await put(east.http, 'c')).toBe('200 1')
    })
  })

  test('stacks: the link is cut until the last cut is lifted', async () => {
    await inToyWorld(async ({ east, put, clientsToEast, disturb }) => {
      const first = await disturb(clientsToEast, { kind: 'cut' })
      const second = await disturb(clientsToEast, { kind: 'cut' })
      await first.lift()
      await first.lift()
      expect(await put(east.http, 'a')).toBe('no refused after 250')
      await second.lift()
      expect(await put(east.http, 'a')).toBe('200 1')
    })
  })

  test('ends streams at both ends, and followers come back when it is lifted', async () => {
    await inToyWorld(async ({ east, west, put, get, replication, disturb, clock }) => {
      const cut = await disturb(replication, { kind: 'cut' })
      expect(await replication.canary(millis(5))).toMatchObject({ outcome: 'refused' })
      await put(east.http, 'a')
      await clock.sleep(millis(50))
      expect(await get(west.http, 'a')).toBe('404')
      await cut.lift()
      await clock.sleep(millis(50))
      expect(await get(west.http, 'a')).toBe('200 a')
    })
  })
})

describe('black hole', () => {
  test('answers nobody, and resets what lost bytes when it is lifted', async () => {
    await inToyWorld(async ({ east, put, get, clientsToEast, disturb, clock }) => {
      const hole = await disturb(clientsToEast, { kind: 'black-hole', ...both })
      expect(await put(east.http, 'a')).toBe('maybe deadline after 20000')
      const late = put(east.http, 'b', millis(100))
      await clock.sleep(millis(10))
      await hole.lift()
      expect(await late).toBe('maybe reset after 10000')
      expect(await get(east.http, 'a')).toBe('404')
    })
  })

  test('of one direction lets the request through and swallows the answer', async () => {
    await inToyWorld(async ({ east, put, get, clientsToEast, disturb }) => {
      const hole = await disturb(clientsToEast, { kind: 'black-hole', direction: 'downstream' })
      expect(await put(east.http, 'a')).toBe('maybe deadline after 20000')
      expect(await get(east.direct, 'a')).toBe('200 a')
      await hole.lift()
      expect(await get(east.http, 'a')).toBe('200 a')
    })
  })

  test('swallows the end of a stream too, until it is lifted', async () => {
    const closed: number[] = []
    const watching: RegionFactory = async (ports, settings) => {
      if (JSON.stringify(settings).includes('follows')) {
        const stream = await ports.network.connect('east', 'replication')
        stream.onClose(() => closed.push(ports.clock.monotonic()))
      }
      return toyRegion(ports, settings)
    }
    await inToyWorld(async ({ east, replication, disturb, clock }) => {
      const hole = await disturb(replication, { kind: 'black-hole', ...both })
      expect(await replication.canary(millis(5))).toMatchObject({
        outcome: 'silent',
        roundTripMicros: millis(5),
      })
      await east.lifecycle.crash()
      await clock.sleep(millis(50))
      expect(closed).toEqual([])
      await hole.lift()
      await clock.sleep(millis(1))
      expect(closed).toHaveLength(1)
    }, watching)
  })
})

describe('hold', () => {
  test('keeps bytes and releases them in order', async () => {
    await inToyWorld(async ({ east, put, clientsToEast, disturb, clock }) => {
      const held = await disturb(clientsToEast, { kind: 'hold', direction: 'upstream' })
      const order: string[] = []
      const puts = ['a', 'b', 'c'].map(async (key) => {
        const answer = await put(east.http, key, millis(500))
        order.push(`${key} ${answer}`)
      })
      await clock.sleep(millis(50))
      expect(order).toEqual([])
      await held.lift()
      await held.lift()
      await Promise.all(puts)
      expect(order.map((line) => line.slice(0, 1))).toEqual(['a', 'b', 'c'])
      expect(clock.monotonic()).toBeLessThan(millis(60))
    })
  })

  test('catches what is on its way when it begins', async () => {
    await inToyWorld(async ({ east, west, put, get, replication, disturb, clock }) => {
      // The line leaves when the sync ends, 350 µs after the request, and travels 250 µs.
      const done = put(east.http, 'a')
      await clock.sleep(450)
      const held = await disturb(replication, { kind: 'hold', ...both })
      await done
      for (const key of ['b', 'c']) await put(east.http, key)
      await clock.sleep(millis(20))
      expect(await get(west.http, 'a')).toBe('404')
      await held.lift()
      await clock.sleep(millis(1))
      for (const key of ['a', 'b', 'c']) expect(await get(west.http, key)).toBe(`200 ${key}`)
    })
  })

  test('of two lasts until both are lifted', async () => {
    await inToyWorld(async ({ clientsToEast, disturb }) => {
      const first = await disturb(clientsToEast, { kind: 'hold', ...both })
      const second = await disturb(clientsToEast, { kind: 'hold', direction: 'upstream' })
      await first.lift()
      expect(await clientsToEast.canary(millis(5))).toMatchObject({ outcome: 'silent' })
      await second.lift()
      expect(await clientsToEast.canary(millis(5))).toEqual({
        passed: true,
        outcome: 'passed',
        roundTripMicros: 500,
      })
    })
  })
})

describe('latency', () => {
  test('adds up with what is there, within its jitter, and ends when it is lifted', async () => {
    await inToyWorld(async ({ clientsToEast, disturb }) => {
      const millisOf = { latencyMillis: 10, jitterMillis: 2 }
      const up = { kind: 'latency', direction: 'upstream', ...millisOf } as const
      const slow = await disturb(clientsToEast, up)
      const times: number[] = []
      for (let round = 0; round < 30; round += 1) {
        const { roundTripMicros } = await clientsToEast.canary(millis(50))
        times.push(roundTripMicros)
      }
      expect(Math.min(...times)).toBeGreaterThanOrEqual(8_500)
      expect(Math.max(...times)).toBeLessThanOrEqual(12_500)
      expect(new Set(times).size).toBeGreaterThan(10)
      const more = await disturb(clientsToEast, { ...up, jitterMillis: 0, direction: 'both' })
      expect((await clientsToEast.canary(millis(90))).roundTripMicros).toBeGreaterThan(28_000)
      await slow.lift()
      await more.lift()
      expect((await clientsToEast.canary(millis(50))).roundTripMicros).toBe(500)
    })
  })

  test('never reorders a stream, whatever the jitter', async () => {
    const received: string[] = []
    const chatty: RegionFactory = async (ports, settings) => {
      await ports.network.listen('replication', (connection: Connection) => {
        connection.onData((bytes) => received.push(Buffer.from(bytes).toString()))
      })
      if (JSON.stringify(settings).includes('follows')) {
        const connection = await ports.network.connect('east', 'replication')
        void (async () => {
          for (let round = 0; round < 200; round += 1) {
            connection.send(Buffer.from(`${round}`))
            await ports.clock.sleep(200)
          }
        })()
      }
      return toyRegion({ ...ports, network: { ...ports.network, listen: async () => {} } }, {})
    }
    await inToyWorld(async ({ replication, disturb, clock }) => {
      const jitter = { kind: 'latency', latencyMillis: 5, jitterMillis: 5, ...both } as const
      const slow = await disturb(replication, jitter)
      await clock.sleep(millis(20))
      await slow.lift()
      await clock.sleep(millis(100))
    }, chatty)
    expect(received).toEqual(Array.from({ length: 200 }, (_, round) => `${round}`))
  })

  test('that is negative is refused', async () => {
    await inToyWorld(async ({ replication, disturb }) => {
      const negative = { kind: 'latency', latencyMillis: -1, jitterMillis: 0, ...both } as const
      await expect(disturb(replication, negative)).rejects.toThrow(UsageError)
    })
  })
})
