import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { OperationFunction, RegisterName } from '../../history/operation.ts'
import type { Json } from '../../kernel/json.ts'
import { keyedRandom } from '../../kernel/random.ts'
import { seconds } from '../../kernel/time.ts'
import { processTable } from '../../ledger/process-table.ts'
import { openRun } from '../../ledger/run-guard.ts'
import { resolvePlan } from '../../plan/resolve.ts'
import { processWorld } from '../../world/process/process-world.ts'
import type { Outcome, RunningRegion, RunningStack, Target } from '../contract.ts'

/** One operation of a user at the primary or the replica of the topology, with its own id. */
export type Perform = (
  role: 'primary' | 'replica',
  fn: OperationFunction,
  user: string,
  more?: {
    readonly arguments?: Readonly<Record<string, string>>
    readonly resolved?: Readonly<Record<string, string>>
    readonly reads?: readonly RegisterName[]
    /** It writes the password of its user; the value is the operation's id. */
    readonly password?: true
  },
) => Promise<Outcome & { readonly id: string }>

/** A pair of Regions that run, and clients of both. */
export interface RunningPair {
  readonly stack: RunningStack
  /** By their roles in the topology. */
  readonly primary: RunningRegion
  readonly replica: RunningRegion
  readonly perform: Perform
  /** The code of an error, or the type of the outcome. */
  readonly codeOf: (...of: Parameters<Perform>) => Promise<string>
  /** What a Region shows of a register. */
  readonly shown: (role: 'primary' | 'replica', read: RegisterName) => Promise<unknown>
  /** What each says that it is, in the order of the topology. */
  readonly roles: () => Promise<readonly Json[]>
  /** Polls for what replication brings. */
  readonly soon: (read: () => Promise<unknown>) => ReturnType<typeof expect.poll<unknown>>
  /** Each function that was asked for. */
  readonly done: ReadonlySet<OperationFunction>
}

/** Of an operation, and of what replication brings. */
const lateMillis = 30_000

/**
 * Runs the servers of a target in the process world for as long as the body takes. Each link has to
 * carry, and nothing may be left.
 */
export async function inPair(
  target: Target,
  body: (pair: RunningPair) => Promise<void>,
): Promise<void> {
  const { name } = target
  const plan = resolvePlan(
    { scenarios: ['any'], target: name, limits: { regionReadyMillisMax: 60_000 } },
    { tool: 'test', targets: [name], scenarios: ['any'], mutants: [] },
  )
  const state = await mkdtemp(join(tmpdir(), `${name}-test-`))
  const guard = await openRun({ stateFolder: state })
  try {
    const world = processWorld({ plan, ledger: guard.ledger })
    await using stack = await world.start(await target.topology(plan))
    const session = await target.prepare(stack, {
      plan,
      random: keyedRandom(plan.seed),
      digestKey: Buffer.from('digest key'),
      onJwks: () => {},
    })
    for (const link of stack.links) {
      const { outcome } = await link.canary(seconds(10))
      expect([link.name, outcome]).toEqual([link.name, 'passed'])
    }
    await onLoopback()
    await body(pairOf(stack, session))
  } finally {
    expect(await guard.close()).toEqual([])
    await rm(state, { recursive: true })
  }
}

/** No server of a run is reached from another machine. */
async function onLoopback(): Promise<void> {
  const table = processTable()
  const all = await table.descendants(process.pid)
  const listening = await Promise.all(all.map(({ pid }) => table.listening(pid)))
  expect(listening.flat().length).toBeGreaterThan(0)
  expect(listening.flat().filter((address) => !loopback.test(address))).toEqual([])
}

/** Of IPv4, of IPv6, and of IPv4 in the words of IPv6, as the kernel prints them. */
const loopback = /^(?:127\.0\.0\.1|\[(?:0{24}01000000|0{16}ffff00000100007f|::1)\]):/

function pairOf(stack: RunningStack, session: Awaited<ReturnType<Target['prepare']>>): RunningPair {
  const [primary, replica] = stack.regions
  if (primary === undefined || replica === undefined) throw new Error('no pair')
  const clients = {
    primary: session.connect(primary),
    replica: session.connect(replica),
  }
  const done = new Set<OperationFunction>()
  let operations = 0
  const perform: Perform = async (role, fn, user, { password, ...more } = {}) => {
    done.add(fn)
    operations += 1
    const id = `op${operations}`
    const writes = password ? [{ register: `${user}/password` as const, value: id }] : []
    const frame = { id, function: fn, user, to: role, purpose: 'workload' } as const
    const operation = { ...frame, arguments: {}, resolved: {}, writes, ...more }
    const late = stack.clock.timeout(seconds(lateMillis / 1_000))
    return { id, ...(await clients[role].perform(operation, late)) }
  }
  return {
    ...{ stack, primary, replica, perform, done },
    codeOf: async (...of) => {
      const { type, error } = await perform(...of)
      return error?.code ?? type
    },
    shown: async (role, read) => {
      const [user = ''] = read.split('/')
      const { observed = [] } = await perform(role, 'read-user', user, { reads: [read] })
      return observed[0]?.value
    },
    roles: () => Promise.all(stack.regions.map(({ control }) => control.command('role', null))),
    soon: (read) => expect.poll(read, { timeout: lateMillis, interval: 50 }),
  }
}
