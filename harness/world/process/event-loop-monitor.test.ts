import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { samplePeriodMillis, watchEventLoop } from './event-loop-monitor.ts'

// Goal: a block of the event loop is in exactly one sample. Method: block it for real.

const block = (millis: number): void => {
  const end = performance.now() + millis
  while (performance.now() < end);
}

test('a block is reported with its length, wherever it falls between two samples', async () => {
  const samples: number[] = []
  const watch = watchEventLoop((delay) => {
    samples.push(delay)
    if (samples.length === 1) block(120)
  })
  await sleep(3.5 * samplePeriodMillis)
  block(400)
  await sleep(50)
  watch[Symbol.dispose]()
  expect(samples[1]).toBeGreaterThan(100_000)
  expect(samples.at(-1)).toBeGreaterThan(380_000)
})

test('no sample comes after disposal', async () => {
  let samples = 0
  const watch = watchEventLoop(() => {
    samples += 1
  })
  watch[Symbol.dispose]()
  await sleep(2 * samplePeriodMillis)
  expect(samples).toBe(0)
})
