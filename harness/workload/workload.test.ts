import { describe, expect, test } from 'vitest'
import { conductInSim, linesOf, type Story } from '../interpreter/testing/conduct-in-sim.ts'
import { ScenarioError } from '../kernel/errors.ts'
import { runInSim } from '../world/sim/run-in-sim.ts'
import { ConditionWatch } from './condition-watch.ts'
import { scriptedExecutor } from './testing/scripted-executor.ts'
import { ScenarioWorkload } from './workload.ts'

/** `function user` of every invocation. */
function invoked(story: Story, purpose = 'workload'): readonly string[] {
  return linesOf(story, 'invoke')
    .filter((line) => line.purpose === purpose)
    .map((line) => `${line.function} ${line.user}`)
}

function outcomes(story: Story): ReadonlySet<string> {
  const ends = [...linesOf(story, 'ok'), ...linesOf(story, 'fail'), ...linesOf(story, 'info')]
  return new Set(ends.map((line) => line.type))
}

test('a population is signed up, confirmed and known in both Regions', async () => {
  let names: readonly string[] = []
  const story = await conductInSim(async ({ workload, replica }) => {
    names = await workload.population(3)
    await workload.sweep(replica.name, 'settle-read')
  })
  expect(names).toEqual(['u1', 'u2', 'u3'])
  const everybody = ['lag-1', 'probe-1', 'probe-2', 'probe-3', 'u1', 'u2', 'u3']
  expect([...invoked(story)].sort()).toEqual([
    ...everybody.map((name) => `confirm-sign-up ${name}`),
    ...everybody.map((name) => `sign-up ${name}`),
  ])
  expect(invoked(story, 'settle-read')).toEqual(everybody.map((name) => `read-user ${name}`))
  expect(outcomes(story)).toEqual(new Set(['ok']))
  const seen = linesOf(story, 'ok').flatMap((line) => line.observed ?? [])
  expect(seen.filter(({ value }) => value === null)).toEqual([])
})

test('a population that cannot be created ends the script with what was answered', async () => {
  const story = await conductInSim(async ({ workload, nemesis, links }) => {
    await nemesis.inject('cut', { link: links.clientsToPrimary })
    await workload.population(1)
  })
  expect(story.reason).toBe('error')
  expect(story.error).toBeInstanceOf(ScenarioError)
  expect(String(story.error)).toContain(
    'the population could not be created: u1 was answered connection-refused',
  )
})

test('bystanders are met by no traffic', async () => {
  const story = await conductInSim(async ({ workload, clock }) => {
    await workload.population(6)
    expect(await workload.bystanders(2)).toEqual(['b1', 'b2'])
    expect(await workload.bystanders(1)).toEqual(['b3'])
    const traffic = workload.traffic({ mix: { 'set-password': 1 }, ratePerSecond: 100 })
    await clock.sleep(2_000_000)
    await traffic.stop()
  })
  const changed = linesOf(story, 'invoke').filter((line) => line.function === 'set-password')
  expect(changed.length).toBeGreaterThan(150)
  expect(changed.filter((line) => line.user.startsWith('b'))).toEqual([])
})

test('without a population, bystanders are probed, and the lag is measured all the same', async () => {
  const story = await conductInSim(async ({ workload, clock }) => {
    await workload.bystanders(2)
    await workload.measureLag(2)
    const probe = workload.probe({ ratePerSecond: 20 })
    expect(await probe.untilHealthy(5, 5_000_000)).toBe(true)
    await clock.sleep(100_000)
  })
  expect(story.error).toBeUndefined()
  expect(new Set(invoked(story, 'probe'))).toEqual(new Set(['sign-in b1', 'sign-in b2']))
  expect(invoked(story).filter((line) => line === 'update-attribute lag-1')).toHaveLength(2)
  expect(invoked(story, 'lag-probe').length).toBeGreaterThan(1)
})

test('a probe that nobody could sign in for ends the script', async () => {
  const story = await conductInSim(async ({ workload }) => {
    workload.probe({ ratePerSecond: 20 })
  })
  expect(String(story.error)).toContain('workload.probe: there is nobody who could sign in')
})

test('prepared changes are one of every kind, each acknowledged, each user for itself', async () => {
  const story = await conductInSim(async ({ workload }) => {
    const first = await workload.prepareChanges()
    const second = await workload.prepareChanges()
    await first.make()
    await second.make()
  })
  const made = invoked(story)
  for (const prefix of ['c1', 'c2']) {
    expect(made).toEqual(
      expect.arrayContaining([
        `set-password ${prefix}-password`,
        `disable-user ${prefix}-disabled`,
        `delete-user ${prefix}-deleted`,
        `revoke ${prefix}-revoked`,
        `update-attribute ${prefix}-profile`,
        `sign-up ${prefix}-newcomer`,
      ]),
    )
    expect(made.filter((line) => line === `update-attribute ${prefix}-profile`)).toHaveLength(3)
  }
  expect(outcomes(story)).toEqual(new Set(['ok']))
})

describe('sessions', () => {
  test('only sign-ins that brought tokens are returned, and their tokens are presented', async () => {
    let signedIn = 0
    const story = await conductInSim(async ({ workload, primary, replica, nemesis, links }) => {
      const users = await workload.bystanders(3)
      const sessions = await workload.signIn(users)
      await workload.presentTokens(sessions, primary.name)
      await workload.presentTokens(sessions, replica.name)
      await workload.refresh(sessions, replica.name)
      const cut = await nemesis.inject('cut', { link: links.clientsToReplica })
      signedIn = (await workload.signIn(users, replica.name)).length
      await cut.heal()
    })
    expect(signedIn).toBe(0)
    expect(invoked(story, 'token-probe').map((line) => line.split(' ')[0])).toEqual([
      ...Array.from({ length: 6 }, () => 'use-token'),
      ...Array.from({ length: 3 }, () => 'refresh'),
    ])
    const probes = linesOf(story, 'invoke').filter((line) => line.purpose === 'token-probe')
    const ended = new Map(linesOf(story, 'ok').map((line) => [line.operation, line]))
    expect(probes.filter((probe) => !ended.has(probe.operation))).toEqual([])
  })

  test('somebody who is unknown cannot sign in', async () => {
    const story = await conductInSim(async ({ workload }) => {
      expect(await workload.signIn(['stranger'])).toEqual([])
    })
    expect(story.error).toBeUndefined()
    expect(invoked(story)).toEqual([])
  })
})

test('the cutover read stands between its marks', async () => {
  const story = await conductInSim(async ({ workload, replica }) => {
    await workload.population(2)
    await workload.cutoverRead(replica.name)
  })
  const words = story.lines.map((line) =>
    line.type === 'mark' ? line.name : line.type === 'invoke' ? line.purpose : '',
  )
  const start = words.indexOf('cutover-read-start')
  const end = words.indexOf('cutover-read-end')
  expect(start).toBeGreaterThan(0)
  expect(words.indexOf('cutover-read')).toBeGreaterThan(start)
  expect(words.lastIndexOf('cutover-read')).toBeLessThan(end)
})

test('one operation as it was written', async () => {
  const told: boolean[] = []
  const story = await conductInSim(async ({ workload, primary }) => {
    await workload.bystanders(1)
    const read = { function: 'read-user', user: 'b1', to: primary.name, lane: 'b1' } as const
    told.push(await workload.perform({ ...read, purpose: 'workload', arguments: {} }))
    const wrong = { ...read, function: 'sign-in', arguments: { password: 'op999' } } as const
    told.push(await workload.perform({ ...wrong, purpose: 'workload' }))
  })
  expect(told).toEqual([true, false])
  expect(linesOf(story, 'fail').map((line) => line.error?.code)).toEqual(['wrong-password'])
})

describe('the end', () => {
  test('stops traffic and probes that the script left running', async () => {
    const story = await conductInSim(async ({ workload, clock }) => {
      await workload.population(6)
      workload.traffic({ mix: { 'read-user': 1 }, ratePerSecond: 50 })
      workload.probe({ ratePerSecond: 50 })
      await clock.sleep(1_000_000)
    })
    expect(story.reason).toBe('complete')
    const ended = linesOf(story, 'ok').length
    expect(linesOf(story, 'invoke')).toHaveLength(ended)
    expect(story.lines.at(-1)?.type).toBe('end')
  })

  test('one stream that broke does not keep the others running', async () => {
    await runInSim({ seed: 1 }, async ({ clock }) => {
      const executor = scriptedExecutor({ clock, operationsMax: 300 })
      const workload = new ScenarioWorkload(executor, new ConditionWatch(clock))
      await workload.population(6)
      workload.traffic({ mix: { 'read-user': 1 }, ratePerSecond: 1_000 })
      workload.probe({ ratePerSecond: 10 })
      await clock.sleep(1_000_000)
      await expect(workload.stopAll()).rejects.toThrow('enough')
      const emitted = executor.emitted.length
      await clock.sleep(1_000_000)
      expect(executor.emitted).toHaveLength(emitted)
    })
  })
})

describe('a pinned schedule', () => {
  test('looks at the replica only after it has caught up', async () => {
    const story = await conductInSim(
      async ({ workload, replica }) => {
        await workload.population(6)
        const traffic = workload.traffic({ mix: { 'update-attribute': 1 }, ratePerSecond: 10 })
        await traffic.until({ kind: 'acknowledged', count: 30 })
        await workload.cutoverRead(replica.name)
      },
      { plan: { pinned: true, replication: { lagMillisMin: 200, lagMillisMax: 300 } } },
    )
    const newest = new Map<string, string | null>()
    for (const line of linesOf(story, 'invoke')) {
      for (const { register, value } of line.writes ?? []) newest.set(register, value)
    }
    const shown = linesOf(story, 'ok').flatMap((line) => line.observed ?? [])
    expect(shown.length).toBeGreaterThan(6)
    expect(shown.filter(({ register, value }) => newest.get(register) !== value)).toEqual([])
  })

  test('does not wait for a replica that a fault keeps away', async () => {
    let took = 0
    await conductInSim(
      async ({ workload, replica, nemesis, links, clock }) => {
        await workload.population(6)
        await nemesis.inject('hold', { link: links.replication })
        const traffic = workload.traffic({ mix: { 'update-attribute': 1 }, ratePerSecond: 10 })
        await traffic.until({ kind: 'acknowledged', count: 5 })
        const began = clock.monotonic()
        await workload.cutoverRead(replica.name)
        took = clock.monotonic() - began
      },
      { plan: { pinned: true } },
    )
    expect(took).toBeLessThan(1_000_000)
  })
})
