import { expect, test } from 'vitest'
import { WorldError } from '../../kernel/errors.ts'
import { teardown } from './teardown.ts'
import { textTail } from './text-tail.ts'

// Goal: undoing is whole whatever fails in it. Method: actions that note when they ran.

test('everything is undone once, the newest first', async () => {
  const ran: string[] = []
  const undoing = teardown()
  for (const name of ['a', 'b', 'c']) undoing.defer(name, async () => void ran.push(name))
  await undoing.run()
  await undoing.run()
  expect(ran).toEqual(['c', 'b', 'a'])
})

test('an error stops nothing; all of them are thrown together', async () => {
  const ran: string[] = []
  const undoing = teardown()
  undoing.defer('the folder', async () => void ran.push('folder'))
  for (const name of ['first', 'second']) {
    undoing.defer(`the ${name}`, async () => {
      throw new Error(`${name} does not end`)
    })
  }
  const error = await undoing.run().catch((thrown: unknown) => thrown)
  expect(ran).toEqual(['folder'])
  expect(error).toBeInstanceOf(WorldError)
  expect((error as Error).message).toBe('not everything could be stopped: the second, the first')
  expect(((error as Error).cause as AggregateError).errors.map(String)).toEqual([
    'Error: second does not end',
    'Error: first does not end',
  ])
})

test('a tail keeps the end of a text, from a whole line on', () => {
  const tail = textTail(12)
  tail.push('short\n')
  expect(tail.read()).toBe('short')
  tail.push('a longer line\nlast\n')
  expect(tail.read()).toBe('…last')
})
