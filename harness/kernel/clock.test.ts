import { describe, expect, test } from 'vitest'
import { DeadlineError, systemClock, systemWallClock } from './clock.ts'
import { InterruptedError } from './errors.ts'
import { millis, seconds } from './time.ts'

describe('the real monotonic clock', () => {
  test('goes in whole microseconds and never back', () => {
    const clock = systemClock()
    const readings = Array.from({ length: 10_000 }, () => clock.monotonic())
    expect(readings.every(Number.isSafeInteger)).toBe(true)
    expect(readings).toEqual([...readings].sort((a, b) => a - b))
  })

  test('sleeps at least as long as asked', async () => {
    const clock = systemClock()
    const began = clock.monotonic()
    await clock.sleep(millis(20))
    // Timers of Node may ring up to a millisecond early.
    expect(clock.monotonic() - began).toBeGreaterThanOrEqual(millis(19))
    await clock.sleep(0)
    await clock.sleep(-5)
  })

  test('wakes up at once, with the reason, when the sleep is given up', async () => {
    const clock = systemClock()
    const controller = new AbortController()
    const began = clock.monotonic()
    const asleep = clock.sleep(seconds(30), controller.signal)
    const reason = new InterruptedError('enough')
    controller.abort(reason)
    await expect(asleep).rejects.toBe(reason)
    expect(clock.monotonic() - began).toBeLessThan(seconds(5))
  })

  test('does not fall asleep for somebody who gave up before', async () => {
    const reason = new InterruptedError('enough')
    await expect(systemClock().sleep(seconds(30), AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  test('a sleep that ended hears of no later abort and leaves no listener', async () => {
    const controller = new AbortController()
    const { signal } = controller
    let listeners = 0
    const { addEventListener, removeEventListener } = signal
    Object.assign(signal, {
      addEventListener: (...values: Parameters<AbortSignal['addEventListener']>) => {
        listeners += 1
        addEventListener.apply(signal, values)
      },
      removeEventListener: (...values: Parameters<AbortSignal['removeEventListener']>) => {
        listeners -= 1
        removeEventListener.apply(signal, values)
      },
    })
    await systemClock().sleep(millis(1), signal)
    expect(listeners).toBe(0)
    controller.abort()
  })

  test('a deadline aborts with its own reason', async () => {
    const clock = systemClock()
    const signal = clock.timeout(millis(5))
    expect(signal.aborted).toBe(false)
    await clock.sleep(millis(50))
    expect(signal.reason).toBeInstanceOf(DeadlineError)
    expect(signal.reason).toMatchObject({
      code: 'ERR_DEADLINE',
      message: 'deadline of 5 ms passed',
    })
  })

  test('deadlines that were asked for together abort each in its own time', async () => {
    const clock = systemClock()
    const began = clock.monotonic()
    const lengths = Array.from({ length: 300 }, (_, index) => millis(5 + (index % 3) * 20))
    const waits = lengths.map(async (length) => {
      const asked = clock.monotonic()
      const signal = clock.timeout(length)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      expect(signal.reason).toMatchObject({ message: `deadline of ${length / 1_000} ms passed` })
      // Timers of Node may ring up to a millisecond early.
      expect(clock.monotonic() - asked).toBeGreaterThanOrEqual(length - millis(1))
    })
    await Promise.all(waits)
    expect(clock.monotonic() - began).toBeGreaterThanOrEqual(millis(44))
  })
})

test('the real wall clock tells the time of day and goes on between two milliseconds', () => {
  const wall = systemWallClock()
  expect(Math.abs(wall.now() - Date.now() * 1_000)).toBeLessThan(seconds(5))
  const readings = Array.from({ length: 1_000 }, () => wall.now())
  expect(readings.every(Number.isSafeInteger)).toBe(true)
  expect(new Set(readings.map((reading) => reading % 1_000)).size).toBeGreaterThan(1)
})
