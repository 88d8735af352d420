import { expect, test } from 'vitest'
import { deepFreeze } from './deep-freeze.ts'
import * as errors from './errors.ts'
import { invariant, unreachable } from './invariant.ts'

const classes = Object.values(errors).filter(
  (value): value is typeof errors.InterregnumError =>
    typeof value === 'function' && value.prototype instanceof errors.InterregnumError,
)

test('every class has a code of its own, the same on the class and on what it makes', () => {
  expect(classes.length).toBeGreaterThan(12)
  const codes = classes.map((one) => one.code)
  expect(new Set(codes).size).toBe(codes.length)
  for (const one of classes) {
    const made = new one('what happened', { hint: 'what to do', cause: 'why' })
    expect(made).toMatchObject({
      code: one.code,
      name: one.name,
      message: 'what happened',
      hint: 'what to do',
      cause: 'why',
    })
    expect(made).toBeInstanceOf(Error)
  }
})

test.for<[number, readonly (typeof errors.InterregnumError)[]]>([
  [64, [errors.UsageError, errors.HistoryBrokenError, errors.HistoryUnreadableError]],
  [130, [errors.InterruptedError]],
  [70, [errors.StorageError, errors.PortInUseError, errors.RegionNotReadyError]],
  [70, [errors.InvariantError, errors.NondeterminismError, errors.LimitError]],
])('exit code %i', ([exitCode, kinds]) => {
  expect(kinds.map((kind) => new kind('x').exitCode)).toEqual(kinds.map(() => exitCode))
})

test('errors of another copy of the library are recognised, others are not', () => {
  const foreign = Object.assign(new Error('x'), { [Symbol.for('interregnum.error')]: true })
  expect(errors.InterregnumError.is(foreign)).toBe(true)
  expect(errors.InterregnumError.is(new errors.LinkError('x'))).toBe(true)
  for (const other of [new Error('x'), null, undefined, 'x', {}]) {
    expect(errors.InterregnumError.is(other)).toBe(false)
  }
})

test('an invariant that does not hold throws its message', () => {
  expect(() => invariant(1 + 1 === 2, 'arithmetic')).not.toThrow()
  expect(() => invariant('', 'there was a name')).toThrow(
    new errors.InvariantError('there was a name'),
  )
  expect(() => unreachable({ kind: 'surprise' } as never)).toThrow(
    new errors.InvariantError('unexpected value: {"kind":"surprise"}'),
  )
})

test('freezing goes all the way down and copies nothing', () => {
  const value = { a: [{ b: { c: 1 } }], d: null, e: Object.freeze({ f: 1 }) }
  expect(deepFreeze(value)).toBe(value)
  expect(Object.isFrozen(value.a[0]?.b)).toBe(true)
  expect(() => {
    Object.assign(value.a, { 0: 'x' })
  }).toThrow(TypeError)
})
