import { describe, expect, test } from 'vitest'
import { InterruptedError, LimitError, ScenarioError, UsageError } from '../kernel/errors.ts'
import { seconds } from '../kernel/time.ts'
import { conductInSim, linesOf, type Story, type StoryOptions } from './testing/conduct-in-sim.ts'

function endOf(story: Story): unknown {
  const { at: _, ...end } = story.lines.at(-1) ?? { at: 0 }
  return end
}

function faultSteps(story: Story): readonly string[] {
  return linesOf(story, 'fault').map((line) => `${line.fault} ${line.kind} ${line.phase}`)
}

describe('a script that comes to its end', () => {
  test('leaves a whole history, from its header to its end', async () => {
    const story = await conductInSim(async ({ workload }) => {
      await workload.population(2)
    })
    expect(story).toMatchObject({
      reason: 'complete',
      header: {
        scenario: 'story',
        claim: 'The script runs.',
        requirements: ['FS-36'],
        seed: 7,
        target: 'reference',
        model: true,
        regions: [
          { name: 'us-east-1', role: 'primary' },
          { name: 'us-west-2', role: 'replica' },
        ],
        pinned: false,
      },
    })
    expect(story.error).toBeUndefined()
    const opening = story.lines.slice(0, 4).map(({ at: _, ...line }) => line)
    expect(opening).toMatchObject([
      { type: 'jwks', region: 'us-east-1' },
      { type: 'jwks', region: 'us-west-2' },
      { type: 'mark', name: 'start' },
      { type: 'route', region: 'us-east-1', previous: null },
    ])
    expect(endOf(story)).toEqual({ type: 'end', reason: 'complete' })
    const stamps = story.lines.map(({ at }) => at)
    expect(stamps).toEqual([...stamps].sort((a, b) => a - b))
  })

  test('has what it left in force healed, the newest first', async () => {
    const story = await conductInSim(async ({ nemesis, links, replica }) => {
      await nemesis.inject('hold', { link: links.replication })
      await nemesis.inject('pause', { region: replica.name })
    })
    expect(faultSteps(story).slice(6)).toEqual([
      'fault2 pause heal',
      'fault2 pause healed',
      'fault2 pause heal-verified',
      'fault1 hold heal',
      'fault1 hold healed',
      'fault1 hold heal-verified',
    ])
    expect(story.lines.at(-1)?.type).toBe('end')
  })

  test('fails over and back as a fault like any other, with the route in the history', async () => {
    const routes: string[] = []
    const story = await conductInSim(async ({ clients }) => {
      routes.push(clients.route)
      await clients.failover()
      await clients.failover()
      routes.push(clients.route)
      await clients.failback()
      await clients.failback()
      routes.push(clients.route)
    })
    expect(routes).toEqual(['us-east-1', 'us-west-2', 'us-east-1'])
    expect(linesOf(story, 'route').map(({ at: _, ...line }) => line)).toEqual([
      { type: 'route', region: 'us-east-1', previous: null },
      { type: 'route', region: 'us-west-2', previous: 'us-east-1' },
      { type: 'route', region: 'us-east-1', previous: 'us-west-2' },
    ])
    expect(faultSteps(story)).toEqual([
      'fault1 failover apply',
      'fault1 failover applied',
      'fault1 failover verified',
      'fault1 failover heal',
      'fault1 failover healed',
      'fault1 failover heal-verified',
    ])
  })
})

describe('a script that breaks', () => {
  test('moves wall clocks on, and the history says how far', async () => {
    const story = await conductInSim(({ timeTravel }) => timeTravel.advance(seconds(90)))
    const marks = linesOf(story, 'mark').filter(({ name }) => name === 'time-travelled')
    expect(marks.map(({ travelled }) => travelled)).toEqual([seconds(90)])
  })

  test('ends its history with an error that names the scenario and keeps the cause', async () => {
    const cause = new TypeError('users is not iterable')
    const story = await conductInSim(async ({ workload }) => {
      await workload.population(1)
      throw cause
    })
    expect(story.reason).toBe('error')
    expect(story.error).toBeInstanceOf(ScenarioError)
    expect(story.error).toMatchObject({ message: 'the script of story broke', cause })
    expect(endOf(story)).toEqual({ type: 'end', reason: 'error', error: 'ERR_SCENARIO' })
  })

  test('keeps the code of an error of the harness', async () => {
    const story = await conductInSim(async ({ nemesis }) => {
      await nemesis.inject('cut', { link: 'nowhere' })
    })
    expect(endOf(story)).toEqual({ type: 'end', reason: 'error', error: 'ERR_FAULT' })
  })

  test('has its traffic stopped and its faults healed all the same', async () => {
    const story = await conductInSim(async ({ workload, nemesis, links, clock }) => {
      await workload.population(6)
      workload.traffic({ mix: { 'sign-in': 1 }, ratePerSecond: 50 })
      await nemesis.inject('cut', { link: links.replication })
      await clock.sleep(seconds(1))
      throw new Error('half way')
    })
    expect(faultSteps(story).at(-1)).toBe('fault1 cut heal-verified')
    const open = linesOf(story, 'invoke').length
    const closed = ['ok', 'fail', 'info'] as const
    expect(closed.flatMap((type) => linesOf(story, type))).toHaveLength(open)
  })

  test('by emitting more operations than its plan allows', async () => {
    const story = await conductInSim(
      async ({ workload }) => {
        await workload.population(6)
        const traffic = workload.traffic({ mix: { 'sign-in': 1 }, ratePerSecond: 100 })
        await traffic.until({ kind: 'acknowledged', count: 10_000 })
      },
      { plan: { limits: { operationsMax: 100 } } },
    )
    expect(story.error).toBeInstanceOf(LimitError)
    expect(String(story.error)).toContain('more than 100 operations')
    expect(story.lines.at(-1)?.at).toBeLessThan(seconds(5))
    expect(endOf(story)).toEqual({ type: 'end', reason: 'error', error: 'ERR_LIMIT' })
  })

  test('by taking too long', async () => {
    const story = await conductInSim(
      async ({ workload, clock, signal }) => {
        await workload.population(2)
        await clock.sleep(seconds(600), signal)
      },
      { plan: { limits: { scenarioMillisMax: 3_000 } } },
    )
    expect(story.error).toBeInstanceOf(LimitError)
    expect(story.error).toMatchObject({ message: 'story took too long' })
    expect(endOf(story)).toEqual({ type: 'end', reason: 'error', error: 'ERR_LIMIT' })
  })

  test('even where it does not listen to its signal', async () => {
    const story = await conductInSim(
      async ({ clock }) => {
        await clock.sleep(seconds(600))
      },
      { plan: { limits: { scenarioMillisMax: 3_000 } } },
    )
    expect(story.error).toMatchObject({ message: 'story took too long' })
    expect(story.lines.at(-1)?.at).toBeLessThan(seconds(4))
  })
})

describe('how long Regions may take to agree', () => {
  const apart = async (options: StoryOptions) => {
    const story = await conductInSim(async ({ workload, nemesis, links }) => {
      await workload.population(2)
      await nemesis.inject('hold', { link: links.replication })
      await workload.prepareChanges().then((changes) => changes.make())
      await workload.converge()
    }, options)
    const at = (name: string): number =>
      linesOf(story, 'mark').find((mark) => mark.name === name)?.at ?? Number.NaN
    return {
      declared: story.header.declared.settleMillisMax,
      waited: Math.round((at('settle-expired') - at('settle-start')) / seconds(1)),
    }
  }

  test('is what the target declares', async () => {
    expect(await apart({})).toMatchObject({ declared: 10_000, waited: 10 })
    expect(await apart({ settleMillisMax: 30_000 })).toMatchObject({ declared: 30_000, waited: 30 })
  })

  test('is what the plan says, where it says it', async () => {
    const plan = { limits: { settleMillisMax: 3_000 } }
    const came = await apart({ plan, settleMillisMax: 30_000 })
    expect(came).toMatchObject({ declared: 3_000, waited: 3 })
  })
})

test('an interrupted script ends at once, heals nothing, and says so', async () => {
  const story = await conductInSim(
    async ({ workload, nemesis, links, clock, signal }) => {
      await workload.population(2)
      await nemesis.inject('hold', { link: links.replication })
      await clock.sleep(seconds(60), signal)
    },
    {
      around: ({ clock }, controller) => {
        void clock
          .sleep(seconds(5))
          .then(() => controller.abort(new InterruptedError('the user pressed Ctrl-C')))
      },
    },
  )
  expect(story.reason).toBe('interrupted')
  expect(endOf(story)).toEqual({ type: 'end', reason: 'interrupted', error: 'ERR_INTERRUPTED' })
  expect(faultSteps(story).at(-1)).toBe('fault1 hold verified')
  expect(story.lines.at(-1)?.at).toBeLessThan(seconds(5))
})

test('an interrupt with a reason of its own is an interrupt all the same', async () => {
  const story = await conductInSim(async ({ clock, signal }) => clock.sleep(seconds(60), signal), {
    around: ({ clock }, controller) => {
      void clock.sleep(seconds(5)).then(() => controller.abort())
    },
  })
  expect(story.error).toBeInstanceOf(InterruptedError)
  expect(endOf(story)).toEqual({ type: 'end', reason: 'interrupted', error: 'ERR_INTERRUPTED' })
})

test('what the world cannot start is thrown: there is no history to end', async () => {
  await expect(
    conductInSim(async () => {}, { plan: { limits: { regionReadyMillisMax: 1 } } }),
  ).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_(?:REGION_NOT_READY|WORLD)$/) })
  await expect(conductInSim(async () => {}, { plan: { world: 'moon' } })).rejects.toThrow(
    UsageError,
  )
})

test('every operation that is in the history is in the stored list, in order', async () => {
  const story = await conductInSim(async ({ workload }) => {
    await workload.population(6)
    const mix = { 'sign-in': 1, refresh: 2, revoke: 1, 'sign-up': 1 }
    const traffic = workload.traffic({ mix, ratePerSecond: 100 })
    await traffic.until({ kind: 'completed', count: 100 })
  })
  expect(story.operations.map(({ id }) => id)).toEqual(
    linesOf(story, 'invoke').map((line) => line.operation),
  )
})
