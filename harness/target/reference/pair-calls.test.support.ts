import type { Operation, OperationFunction } from '../../history/operation.ts'
import { systemClock } from '../../kernel/clock.ts'
import { keyedRandom } from '../../kernel/random.ts'
import { type Micros, millis, seconds } from '../../kernel/time.ts'
import { resolvePlan } from '../../plan/resolve.ts'
import type { Outcome } from '../contract.ts'
import { runningPair } from './running-pair.test.support.ts'
import { referenceTarget } from './target.ts'

type Role = 'primary' | 'replica'
type Given = Readonly<Record<string, string>>

/** What one operation came to, with its id: the label of a password that it wrote. */
export interface Attempt extends Outcome {
  readonly id: string
}

/** Operations of the target against both Regions of a running reference stack. */
export interface PairCalls extends AsyncDisposable {
  perform(role: Role, fn: OperationFunction, user: string, given?: Given): Promise<Attempt>
  /** As `perform`, and its results; throws if it was not acknowledged. */
  must(role: Role, fn: OperationFunction, user: string, given?: Given): Promise<Given>
  /** Repeats an operation until its outcome satisfies `holds`, at most five seconds. */
  until(attempt: () => Promise<Attempt>, holds: (outcome: Attempt) => boolean): Promise<Attempt>
  /** A confirmed user that both Regions know; resolves with the label of the password. */
  user(name: string): Promise<string>
  /** Moves the clock of authenticator apps on. */
  ahead(by: Micros): void
}

/** Starts the reference stack in this process and sets the target up on it. */
export async function startPairCalls(): Promise<PairCalls> {
  const plan = resolvePlan(
    { scenarios: ['any'], cryptography: { passwordHashCost: 2 } },
    { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
  )
  const pair = await runningPair(await referenceTarget.topology(plan))
  let ahead: Micros = 0
  const wall = { now: () => pair.wall.now() + ahead }
  const session = await referenceTarget.prepare({ ...pair, wall } as never, {
    plan,
    random: keyedRandom(plan.seed),
    digestKey: Buffer.from('digest key'),
    onJwks: () => undefined,
  })
  let operations = 0
  const perform: PairCalls['perform'] = async (role, fn, user, given = {}) => {
    const region = pair.regions.find((candidate) => candidate.role === role)
    if (region === undefined) throw new Error(`no ${role}`)
    operations += 1
    const operation: Operation = {
      id: `op${operations}`,
      function: fn,
      user,
      to: region.name,
      purpose: 'workload',
      arguments: given,
    }
    const deadline = systemClock().timeout(seconds(5))
    const whole = { ...operation, resolved: given }
    return { id: operation.id, ...(await session.connect(region).perform(whole, deadline)) }
  }
  const must: PairCalls['must'] = async (role, fn, user, given) => {
    const outcome = await perform(role, fn, user, given)
    if (outcome.type !== 'ok') throw new Error(`${fn} was answered ${outcome.error?.code}`)
    return outcome.results ?? {}
  }
  const until: PairCalls['until'] = async (attempt, holds) => {
    const clock = systemClock()
    for (;;) {
      const outcome = await attempt()
      if (holds(outcome) || clock.monotonic() > seconds(5)) return outcome
      await clock.sleep(millis(10))
    }
  }
  return {
    perform,
    must,
    until,
    user: async (name) => {
      const { id } = await perform('primary', 'sign-up', name)
      await must('primary', 'confirm-sign-up', name)
      const signIn = () => perform('replica', 'sign-in', name, { password: id })
      await until(signIn, ({ type }) => type === 'ok')
      return id
    },
    ahead: (by) => {
      ahead += by
    },
    [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose](),
  }
}
