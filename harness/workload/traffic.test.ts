import { describe, expect, test } from 'vitest'
import type { Operation } from '../history/operation.ts'
import { LimitError, UsageError } from '../kernel/errors.ts'
import { type Micros, millis, seconds } from '../kernel/time.ts'
import type { TrafficOptions } from '../scenario/context.ts'
import { runInSim, type Sim } from '../world/sim/run-in-sim.ts'
import { ConditionWatch } from './condition-watch.ts'
import { signUp } from './intents.ts'
import {
  acknowledge,
  type ScriptedExecutor,
  type ScriptedOptions,
  scriptedExecutor,
} from './testing/scripted-executor.ts'
import { OpenTraffic, trafficFunctions } from './traffic.ts'
import { Users } from './users.ts'

const everything: TrafficOptions = {
  mix: Object.fromEntries(trafficFunctions.map((name) => [name, 1])),
  ratePerSecond: 50,
}

interface Flow {
  readonly executor: ScriptedExecutor
  readonly users: Users
  readonly traffic: OpenTraffic
  readonly sim: Sim
}

/** Traffic over ten users whom the executor signed up. */
async function inTraffic(
  story: (flow: Flow) => Promise<void>,
  scripted: Omit<ScriptedOptions, 'clock'> | ((sim: Sim) => Omit<ScriptedOptions, 'clock'>) = {},
  options: TrafficOptions = everything,
): Promise<void> {
  await runInSim({ seed: 1 }, async (sim) => {
    const given = typeof scripted === 'function' ? scripted(sim) : scripted
    const executor = scriptedExecutor({ ...given, clock: sim.clock })
    const users = new Users()
    for (let index = 1; index <= 10; index += 1) {
      const created = signUp(executor.nextId(), `u${index}`)
      users.create(created.user)
      users.intend(created)
      users.learn({ ...acknowledge(created), ...seen(created) })
      users.activate(created.user)
    }
    const watch = new ConditionWatch(sim.clock)
    await story({
      executor,
      users,
      sim,
      traffic: new OpenTraffic(executor, users, watch, options, 't'),
    })
  })
}

function seen(operation: Operation) {
  return { operation, region: 'us-east-1', observed: [], results: [] }
}

/** An operation without the one thing that may follow answers: the password that is tried. */
function intent({ arguments: given, ...operation }: Operation): unknown {
  const { password: _, ...rest } = given
  return { ...operation, arguments: rest }
}

async function emittedWith(
  answer: (sim: Sim) => NonNullable<ScriptedOptions['answer']>,
): Promise<readonly unknown[]> {
  let emitted: readonly unknown[] = []
  await inTraffic(
    async ({ executor, traffic, sim }) => {
      await sim.clock.sleep(seconds(8))
      await traffic.stop()
      emitted = executor.emitted.map(intent)
    },
    (sim) => ({ answer: answer(sim) }),
  )
  return emitted
}

test('the same ordinals give the same operations, whatever completes and when', async () => {
  const whole = await emittedWith(() => acknowledge)
  expect(whole.length).toBeGreaterThan(380)
  const others: readonly ((sim: Sim) => NonNullable<ScriptedOptions['answer']>)[] = [
    () => () => ({ type: 'fail', error: 'UserNotFoundException' }),
    () => () => undefined,
    ({ clock }) =>
      async () => {
        await clock.sleep(millis(1_500))
        return { type: 'info', error: 'deadline' }
      },
    ({ clock, random }) =>
      async (operation) => {
        const draw = random.at('answer', operation.id, 0)
        await clock.sleep(draw.integer(1, 900_000))
        return draw.fraction() < 0.5 ? acknowledge(operation) : { type: 'fail' }
      },
  ]
  for (const other of others) expect(await emittedWith(other)).toEqual(whole)
})

test('every function of the mix is drawn about as often as its weight says', async () => {
  const mix = { 'update-attribute': 3, 'read-user': 1 }
  await inTraffic(
    async ({ executor, traffic, sim }) => {
      await sim.clock.sleep(seconds(10))
      await traffic.stop()
      const drawn = executor.emitted.map((operation) => operation.function)
      const updates = drawn.filter((name) => name === 'update-attribute').length
      expect(new Set(drawn)).toEqual(new Set(Object.keys(mix)))
      expect(updates / drawn.length).toBeGreaterThan(0.7)
      expect(updates / drawn.length).toBeLessThan(0.8)
    },
    {},
    { mix, ratePerSecond: 200 },
  )
})

test('arrivals are open: they keep their rate whether anybody answers or not', async () => {
  await inTraffic(
    async ({ executor, sim }) => {
      await sim.clock.sleep(seconds(10))
      const gaps: Micros[] = []
      let before: Micros | undefined
      for (const { notBefore = 0 } of executor.emitted) {
        if (before !== undefined && notBefore !== before) gaps.push(notBefore - before)
        before = notBefore
      }
      expect(gaps.length).toBeGreaterThan(450)
      expect(gaps.length).toBeLessThan(550)
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(millis(10))
      expect(Math.max(...gaps)).toBeLessThanOrEqual(millis(30))
    },
    { answer: () => new Promise(() => {}) },
  )
})

test('operations of one user share a lane; whoever is disabled or deleted is left alone', async () => {
  await inTraffic(async ({ executor, users, traffic, sim }) => {
    await sim.clock.sleep(seconds(20))
    await traffic.stop()
    const retired = new Set<string>()
    for (const operation of executor.emitted) {
      expect(operation.lane).toBe(operation.user)
      expect(retired).not.toContain(operation.user)
      const { function: name } = operation
      if (name === 'disable-user' || name === 'delete-user') retired.add(operation.user)
    }
    expect(retired.size).toBeGreaterThan(10)
    expect(users.active.length).toBeGreaterThanOrEqual(6)
  })
})

test('an attribute that is written once is written once', async () => {
  await inTraffic(async ({ executor, traffic, sim }) => {
    await sim.clock.sleep(seconds(20))
    await traffic.stop()
    const writes = new Map<string, number>()
    for (const { register } of executor.emitted.flatMap((operation) => operation.writes ?? [])) {
      if (register.includes('/attribute:')) writes.set(register, (writes.get(register) ?? 0) + 1)
    }
    const overwritten = [...writes].filter(([, count]) => count > 1).map(([register]) => register)
    expect(overwritten.length).toBeGreaterThan(0)
    expect(overwritten.filter((register) => !register.endsWith(':nickname'))).toEqual([])
    expect(
      [...writes].filter(([register]) => !register.endsWith(':nickname')).length,
    ).toBeGreaterThan(20)
  })
})

test('stop emits nothing more and waits for what is under way', async () => {
  let answered = 0
  await inTraffic(
    async ({ executor, traffic, sim }) => {
      await sim.clock.sleep(seconds(1))
      const began = sim.clock.monotonic()
      const under = executor.emitted.length - answered
      expect(under).toBeGreaterThan(10)
      await traffic.stop()
      const sent = executor.emitted.length
      expect(answered).toBe(sent)
      expect(sim.clock.monotonic() - began).toBeLessThanOrEqual(millis(700))
      await sim.clock.sleep(seconds(1))
      expect(executor.emitted).toHaveLength(sent)
    },
    ({ clock }) => ({
      answer: async (operation) => {
        await clock.sleep(millis(700))
        answered += 1
        return acknowledge(operation)
      },
    }),
  )
})

test('traffic to a named Region goes there', async () => {
  await inTraffic(
    async ({ executor, traffic, sim }) => {
      await sim.clock.sleep(seconds(1))
      await traffic.stop()
      expect(new Set(executor.emitted.map(({ to }) => to))).toEqual(new Set(['us-west-2']))
    },
    {},
    { ...everything, to: 'us-west-2' },
  )
})

describe('pinned', () => {
  test('one operation at a time, exactly as many as the condition counts', async () => {
    let open = 0
    await inTraffic(
      async ({ executor, traffic, sim }) => {
        await sim.clock.sleep(seconds(1))
        expect(executor.emitted).toEqual([])
        await traffic.until({ kind: 'completed', count: 12 })
        const completed = executor.emitted.length
        expect(completed).toBeGreaterThanOrEqual(12)
        expect(completed).toBeLessThanOrEqual(13)
        await traffic.until({ kind: 'acknowledged', count: 5, function: 'set-password' })
        const changes = executor.emitted
          .slice(completed)
          .filter((operation) => operation.function === 'set-password')
        expect(changes).toHaveLength(5)
      },
      ({ clock }) => ({
        pinned: true,
        answer: async (operation) => {
          open += 1
          expect(open).toBe(1)
          await clock.sleep(millis(1))
          open -= 1
          return acknowledge(operation)
        },
      }),
    )
  })

  test('time means a number of operations', async () => {
    await inTraffic(
      async ({ executor, traffic }) => {
        await traffic.until({ kind: 'elapsed', duration: seconds(1) })
        expect(executor.emitted.length).toBe(50)
      },
      { pinned: true },
      { ...everything, mix: { 'read-user': 1 } },
    )
  })
})

describe('what breaks it', () => {
  test('is seen by whoever waits for a condition, and by stop', async () => {
    await inTraffic(
      async ({ traffic, sim }) => {
        const began = sim.clock.monotonic()
        await expect(traffic.until({ kind: 'completed', count: 1_000 })).rejects.toThrow('enough')
        expect(sim.clock.monotonic() - began).toBeLessThan(seconds(3))
        await expect(traffic.stop()).rejects.toThrow(LimitError)
      },
      { operationsMax: 100 },
    )
  })

  test.for<[Partial<TrafficOptions>, string]>([
    [
      { mix: { 'verify-totp': 1 } },
      'traffic cannot draw "verify-totp"; expected some of: sign-up,',
    ],
    [{ mix: { 'sign-in': -1 } }, '"mix.sign-in" is -1; expected a weight from 0 to 1000000000'],
    [{ mix: { 'sign-in': Number.NaN } }, '"mix.sign-in" is NaN; expected a weight'],
    [{ mix: {} }, '"mix" draws nothing; expected at least one weight above 0'],
    [{ mix: { 'sign-in': 0 } }, '"mix" draws nothing'],
    [{ ratePerSecond: 0 }, '"ratePerSecond" is 0; expected a rate above 0, up to 1000000'],
    [{ ratePerSecond: Number.POSITIVE_INFINITY }, '"ratePerSecond" is Infinity'],
    [{ ratePerSecond: 1e9 }, '"ratePerSecond" is 1000000000'],
    [{ mix: undefined as never }, '"mix" draws nothing'],
    [{ to: 'us-west-1' }, '"to" is "us-west-1"; expected one of: route, us-east-1, us-west-2'],
  ])('%j is the mistake of a script', async ([given, message]) => {
    const broken = inTraffic(async () => {}, {}, { ...everything, ...given })
    await expect(broken).rejects.toThrow(UsageError)
    await expect(inTraffic(async () => {}, {}, { ...everything, ...given })).rejects.toThrow(
      message,
    )
  })
})
