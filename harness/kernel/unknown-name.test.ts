import { expect, test } from 'vitest'
import { exitCodes } from './errors.ts'
import { unknownName } from './unknown-name.ts'

const many = Array.from({ length: 51 }, (_, index) => `scenario-${index}`)

test('few names are listed, and the nearest is asked for', () => {
  expect(unknownName('world "simm" is unknown', 'simm', ['sim', 'process'], 'w')).toMatchObject({
    message: 'world "simm" is unknown; expected one of: sim, process',
    hint: 'did you mean "sim"?',
    exitCode: exitCodes.usage,
  })
})

test('many names are left to the command that lists them', () => {
  expect(unknownName('scenario "x" is unknown', 'x', many, 'interregnum scenarios')).toMatchObject({
    message: 'scenario "x" is unknown; expected one of the 51 that `interregnum scenarios` lists',
    hint: undefined,
  })
})

test('many names that no command lists are listed', () => {
  expect(unknownName('x is unknown', 'x', many).message).toContain('scenario-0, scenario-1, ')
})

test('of several that are as near, three are asked for', () => {
  expect(unknownName('x', 'scenario-6x', many, 'list').hint).toBe(
    'did you mean "scenario-6", "scenario-0" or "scenario-1"?',
  )
})

test('where there is no name, that is said', () => {
  expect(unknownName('switch "x" is unknown', 'x', [])).toMatchObject({
    message: 'switch "x" is unknown; there is none',
    hint: undefined,
  })
})
