import { describe, expect, test } from 'vitest'
import { UsageError } from '../../kernel/errors.ts'
import { millis, seconds } from '../../kernel/time.ts'
import type { RegionFactory } from '../../target/region.ts'
import { inToyWorld } from './testing/in-toy-world.ts'
import { putRequest, toyRegion } from './testing/toy-region.ts'

/**
 * Goal: what passes a link later, in pieces or not to its end does so by the numbers asked for.
 * Method: requests of known size over links of 250 µs, without jitter.
 */
const upstream = { direction: 'upstream' } as const
const large = 'x'.repeat(10_000)

describe('bandwidth', () => {
  test('a message takes the time of its bytes, and the next one on the link its own', async () => {
    await inToyWorld(async ({ east, clientsToEast, clock, disturb }) => {
      await disturb(clientsToEast, { kind: 'bandwidth', ...upstream, kilobytesPerSecond: 100 })
      const began = clock.monotonic()
      const send = (): Promise<unknown> => east.http.send(putRequest('a', large))
      await Promise.all([send(), send()])
      const took = clock.monotonic() - began
      expect(took).toBeGreaterThanOrEqual(millis(100))
      expect(took).toBeLessThan(millis(103))
    })
  })

  test('what waits when it is lifted leaves at once, in its order', async () => {
    await inToyWorld(async ({ east, put, get, clientsToEast, clock, disturb }) => {
      const slow = await disturb(clientsToEast, {
        kind: 'bandwidth',
        ...upstream,
        kilobytesPerSecond: 1,
      })
      const first = east.http.send(putRequest('a', large))
      await clock.sleep(millis(20))
      await slow.lift()
      const began = clock.monotonic()
      expect((await first).status).toBe(200)
      expect(clock.monotonic() - began).toBeLessThan(millis(2))
      expect(await put(east.http, 'b')).toBe('200 2')
      expect(await get(east.http, 'a')).toBe(`200 ${large}`)
    })
  })
})

test('a slicer spreads a message over as many pauses as it has slices', async () => {
  await inToyWorld(async ({ east, clientsToEast, clock, disturb }) => {
    const slicing = { averageBytes: 500, variationBytes: 100, delayMicros: 1_000 }
    await disturb(clientsToEast, { kind: 'slicer', ...upstream, ...slicing })
    const began = clock.monotonic()
    await east.http.send(putRequest('a', large))
    const took = clock.monotonic() - began
    expect(took).toBeGreaterThanOrEqual(millis(10_000 / 600))
    expect(took).toBeLessThan(millis(10_100 / 400 + 3))
  })
})

describe('limit of data', () => {
  test('a message that is larger never arrives and its connection is reset', async () => {
    await inToyWorld(async ({ east, put, get, clientsToEast, disturb }) => {
      const limit = await disturb(clientsToEast, { kind: 'limit-data', ...upstream, bytes: 200 })
      expect(await put(east.http, 'a')).toBe('200 1')
      expect(await put(east.http, 'b'.repeat(300))).toMatch(/^maybe reset/)
      expect(await get(east.direct, 'b'.repeat(300))).toBe('404')
      await limit.lift()
      expect(await put(east.http, 'b'.repeat(300))).toBe('200 2')
    })
  })

  test('of answers lets the request happen and takes the answer away', async () => {
    await inToyWorld(async ({ east, put, get, clientsToEast, disturb }) => {
      await disturb(clientsToEast, { kind: 'limit-data', direction: 'downstream', bytes: 1 })
      expect(await put(east.http, 'a')).toMatch(/^maybe reset/)
      expect(await get(east.direct, 'a')).toBe('200 a')
    })
  })

  test('ends a stream after so many bytes, and the follower goes on with another', async () => {
    await inToyWorld(async ({ east, west, put, get, replication, disturb, clock }) => {
      await disturb(replication, { kind: 'limit-data', direction: 'downstream', bytes: 30 })
      for (let key = 0; key < 10; key += 1) {
        await put(east.http, `key-${key}`)
        await clock.sleep(millis(20))
      }
      expect(await get(west.direct, 'key-9')).toBe('200 key-9')
    })
  })
})

describe('reset of the peer', () => {
  test('comes that long after the first bytes, which are lost', async () => {
    await inToyWorld(async ({ east, put, get, clientsToEast, disturb }) => {
      const reset = { kind: 'reset-peer', ...upstream, afterMillis: 7 } as const
      const resetting = await disturb(clientsToEast, reset)
      expect(await put(east.http, 'a')).toBe('maybe reset after 7000')
      expect(await get(east.direct, 'a')).toBe('404')
      await resetting.lift()
      expect(await put(east.http, 'a')).toBe('200 1')
    })
  })

  test('lifted early it resets what has lost bytes already', async () => {
    await inToyWorld(async ({ east, put, clientsToEast, disturb, clock }) => {
      const reset = { kind: 'reset-peer', ...upstream, afterMillis: 500 } as const
      const resetting = await disturb(clientsToEast, reset)
      const late = put(east.http, 'a', seconds(1))
      await clock.sleep(millis(5))
      await resetting.lift()
      expect(await late).toBe('maybe reset after 5000')
    })
  })
})

test('the end of a stream comes late, its bytes do not', async () => {
  const closed: number[] = []
  const watching: RegionFactory = async (ports, settings) => {
    if (JSON.stringify(settings).includes('follows')) {
      const stream = await ports.network.connect('east', 'replication')
      stream.onClose(() => closed.push(ports.clock.monotonic()))
    }
    return toyRegion(ports, settings)
  }
  await inToyWorld(async ({ east, west, put, get, replication, disturb, clock }) => {
    expect(await replication.closing(seconds(1))).toBe(500)
    await disturb(replication, { kind: 'slow-close', direction: 'downstream', delayMillis: 40 })
    expect(await replication.closing(seconds(1))).toBe(40_500)
    expect(await replication.closing(millis(10))).toBeUndefined()
    await put(east.http, 'a')
    await clock.sleep(millis(2))
    expect(await get(west.http, 'a')).toBe('200 a')
    const died = clock.monotonic()
    await east.lifecycle.crash()
    await clock.sleep(millis(39))
    expect(closed).toEqual([])
    await clock.sleep(millis(2))
    expect(closed).toEqual([died + 40_250])
  }, watching)
})

test.each([
  [{ kind: 'bandwidth', ...upstream, kilobytesPerSecond: 0 }, 'kilobytesPerSecond'],
  [{ kind: 'slow-close', ...upstream, delayMillis: -1 }, 'delayMillis'],
  [
    { kind: 'slicer', ...upstream, averageBytes: 0, variationBytes: 0, delayMicros: 1 },
    'averageBytes',
  ],
  [{ kind: 'limit-data', ...upstream, bytes: Number.NaN }, 'bytes'],
  [{ kind: 'latency', ...upstream, latencyMillis: -1, jitterMillis: 0 }, 'latencyMillis'],
] as const)('%j is refused by the name of its field', async (disturbance, field) => {
  await inToyWorld(async ({ clientsToEast, disturb }) => {
    const refused = disturb(clientsToEast, disturbance)
    await expect(refused).rejects.toThrow(UsageError)
    await expect(refused).rejects.toThrow(`"${field}"`)
  })
})
