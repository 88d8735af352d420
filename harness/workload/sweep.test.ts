import { describe, expect, test } from 'vitest'
import type { Operation, Purpose } from '../history/operation.ts'
import { conductInSim, linesOf, type Story } from '../interpreter/testing/conduct-in-sim.ts'
import { systemClock } from '../kernel/clock.ts'
import type { Completion } from './executor.ts'
import {
  deleteUser,
  disableUser,
  preferTotp,
  revoke,
  setPassword,
  signUp,
  updateAttribute,
} from './intents.ts'
import { Sweeper, sameViews } from './sweep.ts'
import {
  type Answer,
  type ScriptedExecutor,
  type ScriptedOptions,
  scriptedExecutor,
} from './testing/scripted-executor.ts'
import { Users } from './users.ts'

const [primary, replica] = ['us-east-1', 'us-west-2']

/** Two Regions by what they hold, and how often in a row each user's password was wrong there. */
class ToyRegions {
  readonly passwords = new Map<string, string>()
  readonly absent = new Set<string>()
  readonly wrongInARow = new Map<string, number>()
  worst = 0

  answer(operation: Operation): Answer {
    const key = `${operation.user} ${operation.to}`
    if (operation.function === 'read-user') {
      const value = this.absent.has(key) ? null : 'op1'
      const [existence = '', ...others] = operation.reads ?? []
      const rest = others.map((register) => ({ register, value: 'x' }))
      return { type: 'ok', observed: [{ register: existence, value }, ...rest] }
    }
    if (operation.function === 'refresh') return { type: 'ok', observed: [] }
    const tried = operation.arguments.password
    if (tried === this.passwords.get(key)) {
      this.wrongInARow.delete(key)
      const register = `${operation.user}/password`
      return { type: 'ok', observed: [{ register, value: String(tried) }] }
    }
    const wrong = (this.wrongInARow.get(key) ?? 0) + 1
    this.wrongInARow.set(key, wrong)
    this.worst = Math.max(this.worst, wrong)
    return { type: 'fail', error: 'wrong-password' }
  }
}

interface Swept {
  readonly executor: ScriptedExecutor
  readonly sweeper: Sweeper
  readonly users: Users
  /** Emits and answers an operation of the workload. */
  done(operation: Operation, type?: Completion['type']): void
}

function swept(answer: NonNullable<ScriptedOptions['answer']>, pinned = false): Swept {
  const executor = scriptedExecutor({ clock: systemClock(), answer, pinned })
  const users = new Users()
  return {
    executor,
    users,
    sweeper: new Sweeper(executor, users),
    done: (operation, type = 'ok') => {
      if (users.get(operation.user) === undefined) users.create(operation.user)
      users.intend(operation)
      users.learn({ operation, type, region: primary, observed: [], results: [] })
    },
  }
}

function functions(executor: ScriptedExecutor): readonly string[] {
  return executor.emitted.map(({ function: name, user }) => `${name} ${user}`)
}

describe('what is read', () => {
  test('every register that was written, each user in order, and nobody who wrote nothing', async () => {
    const regions = new ToyRegions()
    regions.passwords.set(`u1 ${replica}`, 'op1')
    regions.passwords.set(`u2 ${replica}`, 'op2')
    const { done, users, executor, sweeper } = swept((one) => regions.answer(one), true)
    done(signUp('op1', 'u1'))
    done(updateAttribute('op3', 'u1', 'website'))
    done(revoke('op4', 'u1', 'op9'))
    done(signUp('op2', 'u2'))
    users.create('silent')
    const view = await sweeper.sweep(replica, 'cutover-read')
    expect(functions(executor)).toEqual([
      'read-user u1',
      'sign-in u1',
      'refresh u1',
      'read-user u2',
      'sign-in u2',
    ])
    expect(executor.emitted[0]?.reads).toEqual(['u1/existence', 'u1/attribute:website'])
    expect(executor.emitted[2]).toMatchObject({
      reads: ['u1/revoked:op9'],
      arguments: { refreshToken: { from: 'op9', field: 'refreshToken' } },
    })
    expect(new Set(executor.emitted.map(({ to, purpose }) => `${to} ${purpose}`))).toEqual(
      new Set([`${replica} cutover-read`]),
    )
    expect(Object.fromEntries(view)).toEqual({
      'u1/existence': 'op1',
      'u1/attribute:website': 'x',
      'u1/password': 'op1',
      'u2/existence': 'op1',
      'u2/password': 'op2',
    })
  })

  test.for<[string, Operation]>([
    ['disabled', disableUser('op2', 'u1')],
    ['deleted', deleteUser('op2', 'u1')],
    ['bound to a factor', preferTotp('op2', 'u1')],
  ])('no password of somebody who may be %s: a refusal would say nothing', async ([, change]) => {
    const { done, executor, sweeper } = swept(() => ({
      type: 'ok',
      observed: [{ register: 'u1/existence', value: 'op1' }],
    }))
    done(signUp('op1', 'u1'))
    done(change, 'info')
    await sweeper.sweep(primary, 'final-read')
    expect(functions(executor)).toEqual(['read-user u1'])
  })

  test('nothing more of somebody who is absent, or of whom nothing could be read', async () => {
    const regions = new ToyRegions()
    regions.absent.add(`u1 ${replica}`)
    const { done, executor, sweeper } = swept((one) =>
      one.user === 'u2' ? { type: 'info', error: 'deadline' } : regions.answer(one),
    )
    done(signUp('op1', 'u1'))
    done(signUp('op2', 'u2'))
    const view = await sweeper.sweep(replica, 'cutover-read')
    expect(functions(executor)).toEqual(['read-user u1', 'read-user u2'])
    expect(Object.fromEntries(view)).toEqual({ 'u1/existence': null })
  })

  test('the password of the creation is not tried again while Regions settle', async () => {
    const regions = new ToyRegions()
    const { done, executor, sweeper } = swept((one) => regions.answer(one))
    done(signUp('op1', 'u1'))
    await sweeper.sweep(replica, 'settle-read')
    expect(functions(executor)).toEqual(['read-user u1'])
  })
})

describe('wrong tries', () => {
  /** A replica that keeps `kept`, swept as a whole scenario sweeps it. */
  async function wholeStory(kept: string, healedTo: string) {
    const regions = new ToyRegions()
    const key = `u1 ${replica}`
    regions.passwords.set(key, kept)
    const { done, executor, sweeper } = swept((one) => regions.answer(one))
    done(signUp('op1', 'u1'))
    for (const id of ['op2', 'op3', 'op4']) done(setPassword(id, 'u1'))
    const views: unknown[] = []
    const look = async (purpose: Purpose): Promise<void> => {
      views.push((await sweeper.sweep(replica, purpose)).get('u1/password'))
    }
    await look('cutover-read')
    regions.passwords.set(key, healedTo)
    for (let round = 0; round < 40; round += 1) await look('settle-read')
    await look('final-read')
    return { regions, executor, last: views.at(-1) }
  }

  test('never reach the fifth, even where a replica never catches up', async () => {
    const { regions, last } = await wholeStory('op1', 'op1')
    expect(regions.worst).toBe(4)
    expect(last).toBeUndefined()
  })

  test('leave the final read its try: a replica that catches up is seen to', async () => {
    const { regions, last } = await wholeStory('op1', 'op4')
    expect(regions.worst).toBe(2)
    expect(last).toBe('op4')
  })

  test('begin anew with a right one: the second candidate is read in every round', async () => {
    const { regions, executor, last } = await wholeStory('op3', 'op3')
    expect(regions.worst).toBe(1)
    expect(last).toBe('op3')
    expect(executor.emitted.filter(({ function: name }) => name === 'sign-in')).toHaveLength(84)
  })

  test('count where nobody answered: the password may have been looked at', async () => {
    const { done, executor, sweeper } = swept((one) =>
      one.function === 'read-user'
        ? { type: 'ok', observed: [{ register: 'u1/existence', value: 'op1' }] }
        : { type: 'info', error: 'deadline' },
    )
    done(signUp('op1', 'u1'))
    done(setPassword('op2', 'u1'))
    for (let round = 0; round < 10; round += 1) await sweeper.sweep(replica, 'cutover-read')
    expect(executor.emitted.filter(({ function: name }) => name === 'sign-in')).toHaveLength(4)
  })
})

test('views are equal if they read the same registers with the same values', () => {
  const view = new Map([['u1/existence', 'op1']])
  expect(sameViews(view, new Map(view))).toBe(true)
  expect(sameViews(view, new Map([['u1/existence', 'op2']]))).toBe(false)
  expect(sameViews(view, new Map())).toBe(false)
  expect(sameViews(view, new Map([['u1/password', 'op1']]))).toBe(false)
  expect(sameViews(view, new Map([['u1/existence', null]]))).toBe(false)
})

describe('over the real stack', () => {
  async function storyWith(mutants: readonly string[], seed: number): Promise<Story> {
    return conductInSim(
      async ({ replica: there, links, workload, nemesis, clients }) => {
        await workload.population(8)
        const mix = { 'set-password': 6, 'update-attribute': 1, 'sign-in': 1 }
        const traffic = workload.traffic({ mix, ratePerSecond: 60 })
        const probe = workload.probe({ ratePerSecond: 20 })
        await traffic.until({ kind: 'acknowledged', count: 60 })
        const held = await nemesis.inject('hold', { link: links.replication })
        await traffic.until({ kind: 'acknowledged', count: 60 })
        await traffic.stop()
        await clients.failover()
        await workload.cutoverRead(there.name)
        await probe.untilHealthy(20, 5_000_000)
        await held.heal()
        await clients.failback()
        await workload.converge()
      },
      { plan: { seed, mutants } },
    )
  }

  test.for([
    ['a replica that catches up', [], 1],
    ['a replica that keeps old passwords', ['keep-old-password'], 1],
    ['a replica that keeps old passwords, again', ['keep-old-password'], 2],
    ['a replica that never reconnects', ['replica-never-reconnects'], 3],
  ] as const)('nobody is ever locked by being looked at: %s', async ([, mutants, seed]) => {
    const story = await storyWith(mutants, seed)
    expect(story.reason).toBe('complete')
    const refused = linesOf(story, 'fail').map((line) => line.error?.code)
    expect(refused).toContain('wrong-password')
    expect(refused).not.toContain('locked')
    const probes = new Set(
      linesOf(story, 'invoke')
        .filter((line) => line.purpose === 'probe')
        .map((line) => line.operation),
    )
    expect(probes.size).toBeGreaterThan(20)
    expect(linesOf(story, 'fail').filter((line) => probes.has(line.operation))).toEqual([])
  })
})
