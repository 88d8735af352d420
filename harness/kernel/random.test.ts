import { expect, test } from 'vitest'
import { keyedRandom } from './random.ts'

/** Goal: draws depend on their key alone and are even enough to draw from. Method: fixed seeds. */

/** Pearson's statistic of counts that are expected to be equal. */
function chiSquare(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const expected = total / counts.length
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

/** 99.9 % of samples of an even distribution over 64 cells stay below this (63 degrees). */
const chiSquare63Max = 103.4

function histogram(values: Iterable<number>, cells = 64): readonly number[] {
  const counts = new Array<number>(cells).fill(0)
  for (const value of values) {
    const cell = Math.floor(value * cells)
    counts[cell] = (counts[cell] ?? 0) + 1
  }
  return counts
}

function* times<T>(count: number, make: (index: number) => T): Generator<T> {
  for (let index = 0; index < count; index += 1) yield make(index)
}

test('the same key gives the same values, in any order and any number of times', () => {
  const first = keyedRandom(7)
  const keys = [...times(100, (index) => ['traffic', `t${index % 3}`, index] as const)]
  const forward = keys.map((key) => first.at(...key).fraction())
  const second = keyedRandom(7)
  const backward = [...keys].reverse().map((key) => second.at(...key).fraction())
  expect(backward.reverse()).toEqual(forward)
  expect(first.at('traffic', 't0', 0).fraction()).toBe(forward[0])
})

test('a draw that nobody makes shifts no other', () => {
  const draw = keyedRandom(7).at('a', 0, 0)
  draw.fraction()
  draw.bytes(64)
  const undisturbed = keyedRandom(7).at('a', 0, 0)
  undisturbed.fraction()
  expect(draw.fraction()).toBe(undisturbed.fraction())
})

test('every part of the key counts', () => {
  const random = keyedRandom(7)
  const values = [
    random.at('a', 0, 0),
    random.at('b', 0, 0),
    random.at('a', 1, 0),
    random.at('a', 0, 1),
    random.at('a', '0x', 0),
    random.scope('a').at('a', 0, 0),
    random.scope('a').scope('a').at('a', 0, 0),
    keyedRandom(8).at('a', 0, 0),
    keyedRandom('7 ').at('a', 0, 0),
  ].map((draw) => draw.fraction())
  expect(new Set(values).size).toBe(values.length)
})

test('a scope is no prefix of a name: its border counts', () => {
  const random = keyedRandom(7)
  expect(random.scope('ab').at('c', 0, 0).fraction()).not.toBe(
    random.scope('a').at('bc', 0, 0).fraction(),
  )
})

test.for<[string, (index: number) => number]>([
  ['over ordinals', (index) => keyedRandom(7).at('s', 0, index).fraction()],
  ['over processes', (index) => keyedRandom(7).at('s', index, 0).fraction()],
  ['over names of streams', (index) => keyedRandom(7).at(`s${index}`, 0, 0).fraction()],
  ['over seeds', (index) => keyedRandom(index).at('s', 0, 0).fraction()],
])('first draws are even %s', ([, draw]) => {
  expect(chiSquare(histogram(times(20_000, draw)))).toBeLessThan(chiSquare63Max)
})

test('the values of one draw are even, and each follows from none of the others', () => {
  const draw = keyedRandom(7).at('s', 0, 0)
  const values = [...times(20_000, () => draw.fraction())]
  expect(chiSquare(histogram(values))).toBeLessThan(chiSquare63Max)
  const pairs = values.slice(1).map((value, index) => {
    const before = values[index] ?? 0
    return (Math.floor(before * 8) * 8 + Math.floor(value * 8)) / 64
  })
  expect(chiSquare(histogram(pairs))).toBeLessThan(chiSquare63Max)
})

test('neighbouring ordinals are independent', () => {
  const random = keyedRandom(7)
  const pairs = times(20_000, (index) => {
    const [a, b] = [2 * index, 2 * index + 1].map((n) => random.at('s', 0, n).fraction())
    return (Math.floor((a ?? 0) * 8) * 8 + Math.floor((b ?? 0) * 8)) / 64
  })
  expect(chiSquare(histogram(pairs))).toBeLessThan(chiSquare63Max)
})

test('whole numbers include both ends and nothing beyond', () => {
  const random = keyedRandom(7)
  const values = [...times(2_000, (index) => random.at('n', 0, index).integer(-2, 3))]
  expect(new Set(values)).toEqual(new Set([-2, -1, 0, 1, 2, 3]))
  expect(random.at('n', 0, 0).integer(5, 5)).toBe(5)
})

test('bytes are as many as asked for, the longer begins with the shorter', () => {
  const random = keyedRandom(7)
  const long = random.at('b', 0, 0).bytes(100)
  expect(long).toHaveLength(100)
  expect(random.at('b', 0, 0).bytes(10)).toEqual(long.slice(0, 10))
  expect(random.at('b', 0, 0).bytes(0)).toHaveLength(0)
  const counts = new Array<number>(256).fill(0)
  for (const byte of random.at('b', 0, 1).bytes(65_536)) counts[byte] = (counts[byte] ?? 0) + 1
  // 99.9 % for 255 degrees.
  expect(chiSquare(counts)).toBeLessThan(330.5)
})

test('each draw is reported once, by its whole key', () => {
  const keys: string[] = []
  const random = keyedRandom(7, (key) => keys.push(key.replaceAll('\u0000', '/')))
  const draw = random.scope('east').at('salt', 'u1', 3)
  draw.fraction()
  draw.fraction()
  random.at('x', 0, 0)
  expect(keys).toEqual(['7/east/salt/u1/3', '7/x/0/0'])
})

test('these very values are part of every stored plan: they must not change', () => {
  const draw = keyedRandom(7).at('traffic', 't1', 1)
  expect([
    draw.fraction(),
    draw.integer(0, 1_000_000),
    Buffer.from(draw.bytes(4)).toString('hex'),
  ]).toMatchInlineSnapshot(`
    [
      0.6523465767968446,
      248710,
      "22fa04d0",
    ]
  `)
})
