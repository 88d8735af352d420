import { describe, expect, test } from 'vitest'
import type { CompletionLine, EventLine } from '../history/line.ts'
import type { OperationFunction, Purpose } from '../history/operation.ts'
import { InterruptedError, LimitError } from '../kernel/errors.ts'
import { type Micros, seconds } from '../kernel/time.ts'
import type { Condition } from '../scenario/context.ts'
import { runInSim } from '../world/sim/run-in-sim.ts'
import { ConditionWatch } from './condition-watch.ts'

interface Watched {
  readonly watch: ConditionWatch
  /** An operation that began and ended; it counts only as a whole. */
  happens(
    fn: OperationFunction,
    type?: CompletionLine['type'],
    purpose?: Purpose,
  ): readonly [EventLine, EventLine]
  wait(condition: Condition, within?: Micros, signal?: AbortSignal): Promise<string>
  sleep(duration: Micros): Promise<void>
  now(): Micros
}

/** A watch in virtual time. */
async function watched(story: (given: Watched) => Promise<void>): Promise<void> {
  await runInSim({ seed: 1 }, async ({ clock }) => {
    const watch = new ConditionWatch(clock)
    let operations = 0
    await story({
      watch,
      happens: (fn, type = 'ok', purpose = 'workload') => {
        operations += 1
        const operation = `op${operations}`
        const lines: readonly [EventLine, EventLine] = [
          {
            ...{ type: 'invoke', at: 0, process: 0, operation, function: fn, purpose },
            ...{ user: 'u1', region: 'us-east-1', arguments: {} },
          },
          { type, at: 0, process: 0, operation },
        ]
        for (const line of lines) watch.observe(line)
        return lines
      },
      wait: (condition, within = seconds(10), signal = new AbortController().signal) =>
        watch.wait(condition, within, signal).then(
          () => 'held',
          (error: Error) => `${error.name}: ${error.message}`,
        ),
      sleep: (duration) => clock.sleep(duration),
      now: () => clock.monotonic(),
    })
  })
}

/** What a promise has come to by now. */
async function stateOf(promise: Promise<string>): Promise<string> {
  return Promise.race([promise, Promise.resolve('waiting')])
}

test('acknowledged: counts what was acknowledged since it was asked for, of its function', async () => {
  await watched(async ({ happens, wait, sleep }) => {
    happens('set-password')
    const held = wait({ kind: 'acknowledged', function: 'set-password', count: 2 })
    happens('set-password')
    happens('update-attribute')
    happens('set-password', 'fail')
    happens('set-password', 'info')
    await sleep(1)
    expect(await stateOf(held)).toBe('waiting')
    happens('set-password')
    expect(await held).toBe('held')
  })
})

test('completed: any outcome counts', async () => {
  await watched(async ({ happens, wait }) => {
    const held = wait({ kind: 'completed', count: 3 })
    happens('sign-in', 'fail')
    happens('sign-in', 'info')
    happens('read-user')
    expect(await held).toBe('held')
  })
})

test('probes and sweeps do not count, nor does an invocation without an end', async () => {
  await watched(async ({ happens, wait, watch }) => {
    const held = wait({ kind: 'completed', count: 1 }, seconds(1))
    const [invoked] = happens('sign-in', 'ok', 'probe')
    happens('read-user', 'ok', 'cutover-read')
    watch.observe({ ...invoked, operation: 'op99', purpose: 'workload' } as EventLine)
    expect(await held).toContain('LimitError')
  })
})

test('elapsed: time since it was asked for', async () => {
  await watched(async ({ wait, now }) => {
    const began = now()
    expect(await wait({ kind: 'elapsed', duration: seconds(3) })).toBe('held')
    expect(now() - began).toBe(seconds(3))
  })
})

test('nothing has to happen for a count of none', async () => {
  await watched(async ({ wait, now }) => {
    const began = now()
    expect(await wait({ kind: 'acknowledged', count: 0 })).toBe('held')
    expect(now()).toBe(began)
  })
})

test('each waiter counts for itself', async () => {
  await watched(async ({ happens, wait, sleep }) => {
    const first = wait({ kind: 'completed', count: 2 })
    happens('sign-in')
    const second = wait({ kind: 'completed', count: 2 })
    happens('sign-in')
    await sleep(1)
    expect([await stateOf(first), await stateOf(second)]).toEqual(['held', 'waiting'])
    happens('sign-in')
    expect(await second).toBe('held')
  })
})

describe('what never comes', () => {
  test.for<[Condition, string]>([
    [{ kind: 'acknowledged', count: 5 }, '5 acknowledged operations'],
    [{ kind: 'acknowledged', count: 1, function: 'revoke' }, '1 acknowledged revoke'],
    [{ kind: 'completed', count: 7 }, '7 completed operations'],
  ])('%j ends with its words', async ([condition, words]) => {
    await watched(async ({ wait, now }) => {
      const began = now()
      expect(await wait(condition, seconds(2))).toBe(
        `LimitError: a scenario waited 2000 ms for ${words}, which never came`,
      )
      expect(now() - began).toBe(seconds(2))
    })
  })

  test('says what to do', async () => {
    await runInSim({ seed: 1 }, async ({ clock }) => {
      const { signal } = new AbortController()
      const waiting = new ConditionWatch(clock).wait({ kind: 'completed', count: 1 }, 1, signal)
      const error = await waiting.catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(LimitError)
      expect(error).toMatchObject({ hint: 'give the traffic a higher rate, or wait for less' })
    })
  })
})

test('an interrupt ends every wait with its reason at once', async () => {
  await watched(async ({ wait, now, sleep }) => {
    const controller = new AbortController()
    const waits = [
      wait({ kind: 'completed', count: 1 }, seconds(10), controller.signal),
      wait({ kind: 'elapsed', duration: seconds(10) }, seconds(10), controller.signal),
    ]
    await sleep(seconds(1))
    controller.abort(new InterruptedError('the user pressed Ctrl-C'))
    expect(await Promise.all(waits)).toEqual([
      'InterruptedError: the user pressed Ctrl-C',
      'InterruptedError: the user pressed Ctrl-C',
    ])
    expect(now()).toBe(seconds(1))
  })
})
