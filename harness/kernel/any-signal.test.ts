import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
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

test('what listens to it goes with it, also where none of its signals ever aborts', async () => {
  const held = heldByListener()
  for (let turn = 0; turn < 20 && held.deref() !== undefined; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
  }
  expect(held.deref()).toBeUndefined()
})

function heldByListener(): WeakRef<object> {
  const trial = { history: 'all of it' }
  const controller = new AbortController()
  const any = anySignal(controller.signal, new AbortController().signal)
  any.addEventListener('abort', () => controller.abort(trial))
  return new WeakRef(trial)
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}
