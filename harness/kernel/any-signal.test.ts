import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { anySignal } from './any-signal.ts'

test('it aborts with the first of its signals, for that reason', () => {
  const first = new AbortController()
  const second = new AbortController()
  const any = anySignal(first.signal, second.signal)
  expect(any.aborted).toBe(false)
  second.abort('enough')
  first.abort('too late')
  expect(any.reason).toBe('enough')
})

test('a signal that has aborted already is enough', () => {
  expect(anySignal(new AbortController().signal, AbortSignal.abort('gone')).reason).toBe('gone')
})

test('what has aborted leaves nothing behind on the signals that go on', () => {
  const lasting = new AbortController()
  for (let time = 0; time < 3; time += 1) {
    const passing = new AbortController()
    anySignal(lasting.signal, passing.signal)
    passing.abort()
  }
  anySignal(lasting.signal)
  expect(getEventListeners(lasting.signal, 'abort')).toHaveLength(1)
})
