import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'

const names = ['region-loss', 'black-hole', 'cut', 'hold', 'catch-up-after-a-cut']

test.for<[string, string | undefined]>([
  ['region-loss', 'region-loss'],
  ['region-los', 'region-loss'],
  ['regionloss', 'region-loss'],
  ['regoin-loss', 'region-loss'],
  ['blak-hole', 'black-hole'],
  ['cat', 'cut'],
  ['hodl', 'hold'],
  ['catch-up-after-cut', 'catch-up-after-a-cut'],
  ['something else', undefined],
  ['', undefined],
  ['zzz', undefined],
])('"%s" means %s', ([typed, meant]) => {
  expect(nearest(typed, names)).toBe(meant)
})

test('of two that are equally near it is the first', () => {
  expect(nearest('bat', ['cat', 'hat'])).toBe('cat')
})

test('nothing is near where there is nothing', () => {
  expect(nearest('cut', [])).toBeUndefined()
})
