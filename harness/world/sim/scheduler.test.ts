import { describe, expect, test } from 'vitest'
import { DeadlineError } from '../../kernel/clock.ts'
import { LimitError, WorldError } from '../../kernel/errors.ts'
import { EventQueue, type SimEvent } from './event-queue.ts'
import { runInSim } from './run-in-sim.ts'
import { simEpoch } from './sim-clock.ts'

describe('the event queue', () => {
  test('gives events by time, then by order of scheduling, without the cancelled ones', () => {
    const queue = new EventQueue()
    const events: SimEvent[] = []
    for (let sequence = 0; sequence < 5_000; sequence += 1) {
      const event = { at: (sequence * 7_919) % 97, sequence, run: () => {} }
      events.push(event)
      queue.push(event)
    }
    const kept = events.filter((event) => event.sequence % 3 === 0)
    for (const event of events) if (event.sequence % 3 !== 0) queue.cancel(event)
    expect(queue.size).toBe(kept.length)
    const popped: number[] = []
    for (let event = queue.pop(); event !== undefined; event = queue.pop()) {
      popped.push(event.sequence)
    }
    const expected = kept
      .sort((a, b) => a.at - b.at || a.sequence - b.sequence)
      .map((event) => event.sequence)
    expect(popped).toEqual(expected)
  })
})

describe('virtual time', () => {
  test('passes by events alone, and each event has a drain of its own', async () => {
    const { value, virtualMicros } = await runInSim({ seed: 1 }, async ({ clock, wall }) => {
      const seen: string[] = []
      const worker = async (name: string, pause: number): Promise<void> => {
        for (let round = 0; round < 3; round += 1) {
          await clock.sleep(pause)
          seen.push(`${clock.monotonic()} ${name}`)
          await new Promise<void>((resolve) => process.nextTick(resolve))
          seen.push(`${clock.monotonic()} ${name} after a tick`)
        }
      }
      expect(wall.now()).toBe(simEpoch)
      await Promise.all([worker('a', 20), worker('b', 30)])
      expect(wall.now()).toBe(simEpoch + 90)
      return seen
    })
    expect(virtualMicros).toBe(90)
    expect(value).toEqual([
      ...['20 a', '20 a after a tick', '30 b', '30 b after a tick'],
      ...['40 a', '40 a after a tick', '60 b', '60 b after a tick'],
      ...['60 a', '60 a after a tick', '90 b', '90 b after a tick'],
    ])
  })

  test('a day passes in one event', async () => {
    const { virtualMicros, events } = await runInSim({ seed: 1 }, ({ clock }) =>
      clock.sleep(86_400_000_000),
    )
    expect(virtualMicros).toBe(86_400_000_000)
    expect(events).toBe(2)
  })

  test('an aborted sleep rejects at the moment of the abort and leaves nothing behind', async () => {
    const { value } = await runInSim({ seed: 1 }, async ({ clock }) => {
      const reason = await clock.sleep(10_000, clock.timeout(300)).catch((error: unknown) => error)
      const at = clock.monotonic()
      const controller = new AbortController()
      controller.abort(new Error('before'))
      const early = await clock.sleep(5, controller.signal).catch((error: unknown) => error)
      return { reason, at, early, later: clock.monotonic() }
    })
    expect(value.reason).toBeInstanceOf(DeadlineError)
    expect(value.at).toBe(300)
    expect(value.early).toMatchObject({ message: 'before' })
    expect(value.later).toBe(300)
  })

  test('time travel moves the wall clock alone', async () => {
    const { value } = await runInSim({ seed: 1 }, async ({ clock, wall, timeTravel }) => {
      await timeTravel.advance(1_000_000)
      return [clock.monotonic(), wall.now() - simEpoch]
    })
    expect(value).toEqual([0, 1_000_000])
  })
})

describe('the end of a run', () => {
  test('a promise that nobody will settle is called a deadlock', async () => {
    const run = runInSim({ seed: 1 }, async ({ clock }) => {
      await clock.sleep(42)
      await new Promise(() => {})
    })
    await expect(run).rejects.toThrow(WorldError)
    await expect(run).rejects.toThrow(/^deadlock at 42 µs/)
  })

  test('events and virtual time are bounded', async () => {
    const forever = (limits: object) =>
      runInSim({ seed: 1, limits }, async ({ clock }) => {
        for (;;) await clock.sleep(10)
      })
    await expect(forever({ eventsMax: 100 })).rejects.toThrow(LimitError)
    await expect(forever({ eventsMax: 100 })).rejects.toThrow('bound of 100 events')
    await expect(forever({ virtualMicrosMax: 500 })).rejects.toThrow('500 µs of virtual time')
  })

  test('what the body rejects with comes out', async () => {
    const run = runInSim({ seed: 1 }, async ({ clock }) => {
      await clock.sleep(1)
      throw new RangeError('mine')
    })
    await expect(run).rejects.toThrow(new RangeError('mine'))
  })

  test('a rejection that nobody handles ends the run, not the process', async () => {
    const run = runInSim({ seed: 1 }, async ({ clock }) => {
      void clock.sleep(5).then(() => {
        throw new RangeError('nobody handles me')
      })
      await clock.sleep(1_000)
    })
    await expect(run).rejects.toThrow('nobody handles me')
  })

  test('an exception in a tick ends the run, not the process', async () => {
    const run = runInSim({ seed: 1 }, async ({ clock }) => {
      await clock.sleep(5)
      process.nextTick(() => {
        throw new RangeError('thrown in a tick')
      })
      await clock.sleep(1_000)
    })
    await expect(run).rejects.toThrow('thrown in a tick')
  })

  test('a second run beside or inside a run is refused', async () => {
    const first = runInSim({ seed: 1 }, async ({ clock }) => {
      await expect(runInSim({ seed: 2 }, async () => {})).rejects.toThrow('only one at a time')
      await clock.sleep(1)
      return 'first'
    })
    await expect(runInSim({ seed: 2 }, async () => {})).rejects.toThrow(WorldError)
    expect((await first).value).toBe('first')
  })
})
