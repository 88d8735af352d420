import { expect, test } from 'vitest'
import { exerciseLink } from './exercise.ts'

/** Goal: no toxic that comes, changes or goes under traffic loses, doubles, moves or hangs. */

const bounds = { connections: 4, finishMillisMax: 10_000 }

test.each([1, 2, 3])('every byte arrives in order, whatever toxics do (seed %i)', async (seed) => {
  const result = await exerciseLink({ seed, steps: 150, breaking: false, ...bounds })
  expect(result.problems).toEqual([])
  expect(result.connectionsComplete).toBe(bounds.connections)
  expect(result.bytesArrived).toBeGreaterThan(1_000_000)
})

test.each([11, 12, 13])('a broken connection has no gap and no hang (seed %i)', async (seed) => {
  const result = await exerciseLink({ seed, steps: 60, breaking: true, ...bounds })
  expect(result.problems).toEqual([])
  expect(result.bytesArrived).toBeGreaterThan(0)
})
