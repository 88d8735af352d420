/**
 * Goal: a column gives back what was put into it, whatever the numbers are. Method: random walks of
 * steps of every size, with the numbers that no offset stands for, against a plain array.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IntegerColumn, NumberColumn } from './columns.ts'

const step = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: -3, max: 100 }) },
  { weight: 2, arbitrary: fc.integer({ min: -70_000, max: 70_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: -5_000_000_000, max: 5_000_000_000 }) },
)
const other = fc.constantFrom(Infinity, -Infinity, Number.NaN, 0.5, 0, 1e300, 2 ** 53 - 1)

test('a column of numbers holds every number as it is', () => {
  const walk = fc.array(
    fc.oneof({ weight: 30, arbitrary: step }, { weight: 1, arbitrary: other }),
    {
      minLength: 10,
      maxLength: 300,
    },
  )
  fc.assert(
    fc.property(walk, fc.integer({ min: 1, max: 9_000 }), (steps, times) => {
      const column = new NumberColumn()
      const values: number[] = []
      let at = 1_000_000
      for (let round = 0; values.length < 3 * times; round += 1) {
        const one = steps[round % steps.length] ?? 0
        const isStep = Number.isInteger(one) && Math.abs(one) <= 5_000_000_000
        if (isStep) at += one
        values.push(isStep ? at : one)
        column.push(isStep ? at : one)
      }
      for (let place = 0; place < values.length; place += 97) {
        values[place] = steps[place % steps.length] ?? 0
        column.set(place, values[place] ?? 0)
      }
      expect(column.length).toBe(values.length)
      expect(column.toArray()).toEqual(Float64Array.from(values))
    }),
    { numRuns: 25, seed: 3 },
  )
})

test('whole numbers by index are 0 where nothing was set', () => {
  const entries = fc.array(fc.tuple(fc.nat(40_000), fc.integer({ min: -1_000, max: 3_000_000 })))
  fc.assert(
    fc.property(entries, (all) => {
      const column = new IntegerColumn()
      const values = new Map<number, number>()
      for (const [index, value] of all) {
        column.set(index, value)
        values.set(index, value)
      }
      for (const [index] of all) {
        for (const near of [index, index + 1]) expect(column.at(near)).toBe(values.get(near) ?? 0)
      }
    }),
    { numRuns: 300, seed: 3 },
  )
})
