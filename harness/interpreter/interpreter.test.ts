import { describe, expect, test } from 'vitest'
import type { EventLine } from '../history/line.ts'
import { memorySink } from '../history/memory-sink.ts'
import type { Operation } from '../history/operation.ts'
import { sampleHeader } from '../history/testing/sample-lines.ts'
import { InterruptedError, InvariantError, LimitError } from '../kernel/errors.ts'
import { invariant } from '../kernel/invariant.ts'
import { millis } from '../kernel/time.ts'
import { type PlanInput, resolvePlan } from '../plan/resolve.ts'
import type { RunningStack } from '../target/contract.ts'
import { referenceTarget } from '../target/reference/target.ts'
import {
  confirmSignUp,
  presentToken,
  readUser,
  refresh,
  signIn,
  signUp,
  updateAttribute,
} from '../workload/intents.ts'
import { runInSim } from '../world/sim/run-in-sim.ts'
import { simWorld } from '../world/sim/sim-world.ts'
import { Interpreter } from './interpreter.ts'
import { Recorder } from './recorder.ts'

interface Bench {
  readonly interpreter: Interpreter
  readonly stack: RunningStack
  readonly lines: readonly EventLine[]
  /** Ids of the operations that were sent, in order. */
  readonly sent: readonly string[]
  readonly controller: AbortController
  routeTo(region: string): void
}

/** An interpreter on a reference pair in which `u1` is signed up by `op1`. */
async function onBench(
  story: (bench: Bench) => Promise<void>,
  input: Partial<PlanInput> = {},
): Promise<void> {
  const plan = resolvePlan(
    { scenarios: ['s'], world: 'sim', ...input },
    { tool: '0', targets: ['reference'], scenarios: ['s'], mutants: [] },
  )
  const topology = await referenceTarget.topology(plan)
  await runInSim({ seed: plan.seed }, async (sim) => {
    await using stack = await simWorld({ plan }).start(topology)
    const session = await referenceTarget.prepare(stack, {
      ...{ plan, digestKey: new Uint8Array(32), onJwks: () => {} },
      random: sim.random.scope('target'),
    })
    const sink = memorySink()
    const recorder = new Recorder(sink, sim.clock, sampleHeader())
    const controller = new AbortController()
    const sent: string[] = []
    const lines: EventLine[] = []
    recorder.listen((line) => lines.push(line))
    let route = 'us-east-1'
    const interpreter = new Interpreter({
      ...{ plan, stack, session, recorder, random: sim.random, signal: controller.signal },
      settleMillisMax: 10_000,
      onOperation: ({ id }) => sent.push(id),
      route: () => route,
      step: () => {},
    })
    await interpreter.perform(signUp(interpreter.nextId(), 'u1'))
    await interpreter.perform(confirmSignUp(interpreter.nextId(), 'u1'))
    await story({
      ...{ interpreter, stack, lines, sent, controller },
      routeTo: (region) => {
        route = region
      },
    })
  })
}

/** `invoke op3 by 0`, `ok op3 by 0`, … of these operations. */
function storyOf(lines: readonly EventLine[], ...ids: readonly string[]): readonly string[] {
  return lines.flatMap((line) =>
    'operation' in line && ids.includes(line.operation)
      ? [`${line.type} ${line.operation} by ${line.process}`]
      : [],
  )
}

function open(operation: Operation): Operation {
  const { lane: _, ...rest } = operation
  return rest
}

describe('processes', () => {
  test('one that gets no answer dies, and its lane returns under a new number', async () => {
    await onBench(async ({ interpreter, stack, lines }) => {
      const link = stack.links.find(({ name }) => name === 'clients→primary')
      const dark = await link?.disturb({ kind: 'black-hole', direction: 'both' })
      const lost = await interpreter.perform(updateAttribute('op3', 'u1', 'nickname'))
      expect(lost).toMatchObject({ type: 'info', error: 'deadline' })
      await dark?.lift()
      await interpreter.perform(updateAttribute('op4', 'u1', 'nickname'))
      await interpreter.perform(updateAttribute('op5', 'u1', 'nickname'))
      expect(storyOf(lines, 'op1', 'op3', 'op4', 'op5')).toEqual([
        'invoke op1 by 0',
        'ok op1 by 0',
        'invoke op3 by 0',
        'info op3 by 0',
        'invoke op4 by 1',
        'ok op4 by 1',
        'invoke op5 by 1',
        'ok op5 by 1',
      ])
    })
  })

  test('one that is refused lives on', async () => {
    await onBench(async ({ interpreter, lines }) => {
      await interpreter.perform(signIn('op3', 'u1', 'op999'))
      await interpreter.perform(signIn('op4', 'u1', 'op1'))
      expect(storyOf(lines, 'op3', 'op4')).toEqual([
        'invoke op3 by 0',
        'fail op3 by 0',
        'invoke op4 by 0',
        'ok op4 by 0',
      ])
    })
  })

  test('operations without a lane overlap, each in a process of its own', async () => {
    await onBench(async ({ interpreter, lines }) => {
      await Promise.all(
        ['op3', 'op4'].map((id) => interpreter.perform(open(signIn(id, 'u1', 'op1')))),
      )
      await interpreter.perform(open(signIn('op5', 'u1', 'op1')))
      const story = storyOf(lines, 'op3', 'op4', 'op5')
      expect(story.slice(0, 2)).toEqual(['invoke op3 by 1', 'invoke op4 by 2'])
      expect(story[4]).toMatch(/^invoke op5 by [12]$/)
    })
  })
})

describe('lanes', () => {
  test('run one after the other in the order of asking, side by side with other lanes', async () => {
    await onBench(async ({ interpreter, lines }) => {
      await interpreter.perform(signUp('op3', 'u2'))
      await Promise.all([
        interpreter.perform(updateAttribute('op4', 'u1', 'nickname')),
        interpreter.perform(updateAttribute('op5', 'u1', 'nickname')),
        interpreter.perform(updateAttribute('op6', 'u2', 'nickname')),
        interpreter.perform(updateAttribute('op7', 'u1', 'nickname')),
      ])
      expect(storyOf(lines, 'op4', 'op5', 'op7').map((line) => line.slice(0, -5))).toEqual([
        'invoke op4',
        'ok op4',
        'invoke op5',
        'ok op5',
        'invoke op7',
        'ok op7',
      ])
      const all = storyOf(lines, 'op4', 'op6').map((line) => line.slice(0, -5))
      expect(all.slice(0, 2)).toEqual(['invoke op4', 'invoke op6'])
    })
  })

  test('two of a lane never share a moment: the second is not concurrent with the first', async () => {
    await onBench(async ({ interpreter, lines }) => {
      const ids = ['op3', 'op4', 'op5', 'op6']
      await Promise.all(ids.map((id) => interpreter.perform(updateAttribute(id, 'u1', 'nickname'))))
      const at = lines.flatMap((line) =>
        'operation' in line && ids.includes(line.operation) ? [line.at] : [],
      )
      expect(at).toHaveLength(8)
      for (let index = 2; index < at.length; index += 2) {
        expect(at[index]).toBeGreaterThan(at[index - 1] ?? 0)
      }
    })
  })

  test('go on after an operation that broke', async () => {
    await onBench(async ({ interpreter }) => {
      const nowhere = { ...updateAttribute('op3', 'u1', 'nickname'), to: 'mars' }
      const broken = interpreter.perform(nowhere)
      const next = interpreter.perform(updateAttribute('op4', 'u1', 'nickname'))
      await expect(broken).rejects.toThrow(
        new InvariantError('op3 is sent to an unknown Region "mars"'),
      )
      expect((await next)?.type).toBe('ok')
    })
  })

  test('what waits in a lane when its traffic stops is never sent', async () => {
    await onBench(async ({ interpreter, sent, lines }) => {
      let stopped = false
      const done = ['op3', 'op4', 'op5'].map((id) =>
        interpreter.perform(updateAttribute(id, 'u1', 'nickname'), () => stopped),
      )
      await interpreter.clock.sleep(100)
      stopped = true
      const [first, ...others] = await Promise.all(done)
      expect(first?.type).toBe('ok')
      expect(others).toEqual([undefined, undefined])
      expect(sent).toEqual(['op1', 'op2', 'op3'])
      expect(storyOf(lines, 'op4', 'op5')).toEqual([])
    })
  })
})

describe('references', () => {
  test('are resolved from earlier results; a secret never stands in the history', async () => {
    await onBench(async ({ interpreter, lines }) => {
      await interpreter.perform(signIn('op3', 'u1', 'op1'))
      const course = { to: 'us-east-1', purpose: 'token-probe' } as const
      const shown = await interpreter.perform(presentToken('op4', 'u1', 'op3', course))
      expect(shown?.type).toBe('ok')
      const text = JSON.stringify(lines)
      expect(text).toContain('{"from":"op3","field":"accessToken"}')
      expect(text).not.toMatch(/eyJ[\w-]+\.eyJ/)
    })
  })

  test('to what does not exist keep an operation from being sent', async () => {
    await onBench(async ({ interpreter, sent, lines }) => {
      await interpreter.perform(signIn('op3', 'u1', 'op999'))
      expect(await interpreter.perform(refresh('op4', 'u1', 'op3'))).toBeUndefined()
      expect(await interpreter.perform(refresh('op5', 'u1', 'op2'))).toBeUndefined()
      expect(sent).toEqual(['op1', 'op2', 'op3'])
      expect(storyOf(lines, 'op4', 'op5')).toEqual([])
    })
  })
})

describe('the route', () => {
  test('is asked for when an operation is sent, not when it is emitted', async () => {
    await onBench(async ({ interpreter, routeTo, lines }) => {
      const reads = ['u1/existence']
      const course = { to: 'route', purpose: 'workload' } as const
      const first = interpreter.perform(readUser('op3', 'u1', reads, course))
      const second = interpreter.perform(readUser('op4', 'u1', reads, course))
      await interpreter.clock.sleep(100)
      routeTo('us-west-2')
      expect([(await first)?.region, (await second)?.region]).toEqual(['us-east-1', 'us-west-2'])
      const invoked = lines.filter((line) => line.type === 'invoke').slice(-2)
      expect(invoked.map((line) => line.region)).toEqual(['us-east-1', 'us-west-2'])
    })
  })
})

describe('bounds', () => {
  test('an operation ends by its deadline', async () => {
    await onBench(
      async ({ interpreter, stack }) => {
        const link = stack.links.find(({ name }) => name === 'clients→primary')
        await link?.disturb({ kind: 'hold', direction: 'both' })
        const began = interpreter.clock.monotonic()
        const done = await interpreter.perform(signIn('op3', 'u1', 'op1'))
        expect(done).toMatchObject({ type: 'info', error: 'deadline' })
        expect(interpreter.clock.monotonic() - began).toBe(millis(250) + 1)
      },
      { limits: { operationMillisMax: 250 } },
    )
  })

  test('more operations than the plan allows are refused with a hint', async () => {
    await onBench(
      async ({ interpreter }) => {
        expect(interpreter.nextId()).toBe('op3')
        try {
          interpreter.nextId()
          invariant(false, 'the limit was not kept')
        } catch (error) {
          expect(error).toBeInstanceOf(LimitError)
          expect(error).toMatchObject({
            message: 'more than 3 operations',
            hint: 'raise limits.operationsMax in the plan',
          })
        }
      },
      { limits: { operationsMax: 3 } },
    )
  })

  test('after an interrupt nothing is sent any more', async () => {
    await onBench(async ({ interpreter, controller, sent }) => {
      controller.abort(new InterruptedError('enough'))
      await expect(interpreter.perform(signIn('op3', 'u1', 'op1'))).rejects.toThrow('enough')
      expect(sent).toEqual(['op1', 'op2'])
    })
  })
})

describe('positions', () => {
  test('are equal when the replica has applied all, and never while a Region is away', async () => {
    await onBench(async ({ interpreter, stack }) => {
      const equalInTime = async (): Promise<boolean> => {
        for (let look = 0; look < 100; look += 1) {
          if (await interpreter.positionsEqual()) return true
          await interpreter.clock.sleep(millis(5))
        }
        return false
      }
      expect(await equalInTime()).toBe(true)
      const [replication] = stack.links
      const cut = await replication?.disturb({ kind: 'cut' })
      await interpreter.perform(updateAttribute('op3', 'u1', 'nickname'))
      expect(await equalInTime()).toBe(false)
      await cut?.lift()
      expect(await equalInTime()).toBe(true)
      await stack.regions[1]?.lifecycle.crash()
      expect(await interpreter.positionsEqual()).toBe(false)
    })
  })
})
