import { expect, test } from 'vitest'
import { nearest, nearestOnes } from './nearest.ts'

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
  expect(nearestOnes('bat', ['cat', 'hat', 'hot'], 3)).toEqual(['cat', 'hat', 'hot'])
  expect(nearestOnes('bat', ['cat', 'hat', 'hot'], 2)).toEqual(['cat', 'hat'])
})

test('what is much further away than the nearest was not meant', () => {
  expect(nearestOnes('us-west-3', ['us-east-1', 'us-west-2'], 3)).toEqual(['us-west-2'])
})

test('where none is near, a part of a name stands for it', () => {
  expect(nearestOnes('region', names, 3)).toEqual(['region-loss'])
  expect(nearestOnes('loss', names, 3)).toEqual(['region-loss'])
  expect(nearestOnes('el', ['electron'], 3)).toEqual([])
})

test('nothing is near where there is nothing', () => {
  expect(nearest('cut', [])).toBeUndefined()
})
