import { expect, test } from 'vitest'
import { canonicalJson } from './json.ts'

test('equal values give equal bytes, whatever the order of their keys', () => {
  const one = { b: 1, a: { d: [1, { f: 1, e: 2 }], c: null } }
  const other = { a: { c: null, d: [1, { e: 2, f: 1 }] }, b: 1 }
  expect(canonicalJson(one)).toBe('{"a":{"c":null,"d":[1,{"e":2,"f":1}]},"b":1}')
  expect(canonicalJson(other)).toBe(canonicalJson(one))
})

test('the order of a list counts', () => {
  expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]))
})

test('keys are sorted by code unit, as on every machine', () => {
  const keys = ['é', 'z', 'Z', 'a', '10', '9', '']
  const value = Object.fromEntries(keys.map((key) => [key, 0]))
  // JSON.stringify itself puts whole numbers first.
  expect(canonicalJson(value)).toBe('{"9":0,"10":0,"":0,"Z":0,"a":0,"z":0,"é":0}')
})

test('what is undefined is left out', () => {
  expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}')
})

test('what it was given stays as it was', () => {
  const value = Object.freeze({ b: 1, a: Object.freeze([Object.freeze({ d: 1, c: 2 })]) })
  canonicalJson(value)
  expect(Object.keys(value)).toEqual(['b', 'a'])
})

test('a key that means something to JavaScript is a key like any other', () => {
  const value: unknown = JSON.parse('{"__proto__":{"x":1},"a":2}')
  expect(canonicalJson(value)).toBe('{"__proto__":{"x":1},"a":2}')
})
