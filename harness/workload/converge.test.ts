import { expect, test } from 'vitest'
import type { Operation } from '../history/operation.ts'
import { type Micros, millis, seconds } from '../kernel/time.ts'
import { runInSim, type Sim } from '../world/sim/run-in-sim.ts'
import { converge, positionsSettle } from './converge.ts'
import { signUp } from './intents.ts'
import { Sweeper } from './sweep.ts'
import {
  type Answer,
  type ScriptedExecutor,
  scriptedExecutor,
} from './testing/scripted-executor.ts'
import { Users } from './users.ts'

interface Converged {
  readonly executor: ScriptedExecutor
  readonly took: Micros
  /** `purpose region`, one for each sweep. */
  readonly sweeps: readonly string[]
}

/** Convergence of one user's existence, as each Region shows it at each moment. */
async function converged(options: {
  readonly shows: (region: string, at: Micros) => string | null
  readonly positionsEqualFrom?: Micros
  /** A password that a read of the primary shows now and then, and one of the replica never. */
  readonly primaryShows?: (look: number) => string | undefined
}): Promise<Converged> {
  const { value } = await runInSim({ seed: 1 }, async (sim: Sim) => {
    let looks = 0
    const answer = (operation: Operation): Answer => {
      const value = options.shows(String(operation.to), sim.clock.monotonic())
      const observed = [{ register: 'u1/existence', value }]
      if (operation.to !== 'us-east-1') return { type: 'ok', observed }
      looks += 1
      const shown = options.primaryShows?.(looks)
      if (shown !== undefined) observed.push({ register: 'u1/password', value: shown })
      return { type: 'ok', observed }
    }
    const scripted = scriptedExecutor({
      clock: sim.clock,
      pinned: true,
      answer: async (operation) => {
        await sim.clock.sleep(millis(1))
        return answer(operation)
      },
      positionsEqual: () => sim.clock.monotonic() >= (options.positionsEqualFrom ?? 0),
    })
    const replicaSignIns = options.primaryShows === undefined
    const executor = { ...scripted, replicaSignIns }
    const users = new Users()
    const created = signUp('op1', 'u1')
    users.create('u1')
    users.learn({ operation: created, type: 'ok', region: '', observed: [], results: [] })
    // The existence alone is looked at here.
    const user = users.get('u1')
    if (user !== undefined) user.disabled = true
    await converge(executor, new Sweeper(executor, users))
    const sweeps = executor.emitted.map(({ purpose, to }) => `${purpose} ${to}`)
    return { executor, sweeps, took: sim.clock.monotonic() }
  })
  return value
}

const finalReads = ['final-read us-east-1', 'final-read us-west-2']
const round = ['settle-read us-east-1', 'settle-read us-west-2']

test('two equal rounds in a row settle it, then come the final reads', async () => {
  const { executor, sweeps } = await converged({ shows: () => 'op1' })
  expect(sweeps).toEqual([...round, ...round, ...finalReads])
  expect(executor.marks).toEqual([
    'writers-stopped',
    'settle-start',
    'settled',
    'final-read-start',
    'final-read-end',
  ])
})

test('equal rounds that differ from each other do not', async () => {
  let looks = 0
  const { sweeps } = await converged({
    shows: () => {
      looks += 1
      return looks <= 2 ? 'op1' : 'op2'
    },
  })
  expect(sweeps).toEqual([...round, ...round, ...round, ...finalReads])
})

test('where a replica signs nobody in, what it cannot show keeps no two rounds apart', async () => {
  const { executor, sweeps } = await converged({
    shows: () => 'op1',
    primaryShows: (look) => (look === 1 ? undefined : 'op1'),
  })
  expect(executor.marks).toContain('settled')
  expect(sweeps).toEqual([...round, ...round, ...finalReads])
})

test('rounds are repeated further and further apart until the Regions agree', async () => {
  const { executor, sweeps, took } = await converged({
    shows: (region, at) => (region === 'us-west-2' && at < seconds(2) ? null : 'op1'),
  })
  expect(executor.marks).toContain('settled')
  expect(took).toBeGreaterThan(seconds(2))
  expect(took).toBeLessThan(seconds(4))
  expect(sweeps.length).toBeLessThan(20)
})

test('at the settle bound it is over, and the final reads are made all the same', async () => {
  const { executor, sweeps, took } = await converged({
    shows: (region) => (region === 'us-west-2' ? null : 'op1'),
  })
  expect(executor.marks).toEqual([
    'writers-stopped',
    'settle-start',
    'settle-expired',
    'final-read-start',
    'final-read-end',
  ])
  expect(took).toBeGreaterThanOrEqual(seconds(10))
  expect(took).toBeLessThan(seconds(12))
  expect(sweeps.slice(-2)).toEqual(finalReads)
})

test('nothing is swept before the positions are equal', async () => {
  let first: Micros | undefined
  await converged({
    positionsEqualFrom: seconds(3),
    shows: (_region, at) => {
      first ??= at
      return 'op1'
    },
  })
  expect(first).toBeGreaterThan(seconds(3))
  expect(first).toBeLessThan(seconds(3) + millis(20))
})

test('positions that never become equal are waited for no longer than asked', async () => {
  await runInSim({ seed: 1 }, async ({ clock }) => {
    const executor = scriptedExecutor({ clock, positionsEqual: () => false })
    expect(await positionsSettle(executor, 500)).toBe(false)
    expect(clock.monotonic()).toBe(millis(500))
  })
})
