import { expect, test } from 'vitest'
import { DeadlineError } from '../kernel/clock.ts'
import { millis } from '../kernel/time.ts'
import { runInSim, type Sim } from '../world/sim/run-in-sim.ts'
import { type Deadline, Deadlines } from './deadlines.ts'

async function inSim(body: (sim: Sim, deadlines: Deadlines) => Promise<void>): Promise<void> {
  await runInSim({ seed: 1 }, (sim) => body(sim, new Deadlines(sim.clock, millis(100))))
}

test('each expires after its own time, to the microsecond', async () => {
  await inSim(async ({ clock }, deadlines) => {
    const expired: [string, number][] = []
    const begin = (name: string): void => {
      const { signal } = deadlines.begin()
      signal.addEventListener('abort', () => expired.push([name, clock.monotonic()]))
    }
    begin('first')
    begin('second')
    await clock.sleep(millis(30))
    begin('third')
    await clock.sleep(millis(90))
    begin('after a pause')
    await clock.sleep(millis(200))
    expect(expired).toEqual([
      ['first', millis(100)],
      ['second', millis(100)],
      ['third', millis(130)],
      ['after a pause', millis(220)],
    ])
  })
})

test('one that was released never aborts, and the next one takes its signal', async () => {
  await inSim(async ({ clock }, deadlines) => {
    const first = deadlines.begin()
    await clock.sleep(millis(60))
    first.release()
    const second = deadlines.begin()
    expect(second.signal).toBe(first.signal)
    first.release()
    expect(deadlines.begin().signal).not.toBe(first.signal)
    await clock.sleep(millis(60))
    expect(second.signal.aborted).toBe(false)
    await clock.sleep(millis(60))
    expect(second.signal.reason).toBeInstanceOf(DeadlineError)
  })
})

test('a signal that somebody still listens to, or that aborted, serves nobody else', async () => {
  await inSim(async ({ clock }, deadlines) => {
    const heard = deadlines.begin()
    heard.signal.addEventListener('abort', () => {})
    heard.release()
    const late = deadlines.begin()
    expect(late.signal).not.toBe(heard.signal)
    await clock.sleep(millis(150))
    late.release()
    expect(deadlines.begin().signal.aborted).toBe(false)
    expect(heard.signal.aborted).toBe(false)
  })
})

test('one that begins while another expires has its whole time', async () => {
  await inSim(async ({ clock }, deadlines) => {
    let next: Deadline | undefined
    deadlines.begin().signal.addEventListener('abort', () => {
      next = deadlines.begin()
    })
    await clock.sleep(millis(199))
    expect(next?.signal.aborted).toBe(false)
    await clock.sleep(millis(2))
    expect(next?.signal.aborted).toBe(true)
  })
})

test('however many begin, one timer serves them', async () => {
  const { events } = await runInSim({ seed: 1 }, async ({ clock }) => {
    const deadlines = new Deadlines(clock, millis(100))
    for (let index = 0; index < 1_000; index += 1) {
      deadlines.begin().release()
      await clock.sleep(millis(1))
    }
  })
  expect(events).toBeLessThan(1_030)
})
