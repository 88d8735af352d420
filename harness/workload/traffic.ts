import type { Operation, OperationFunction } from '../history/operation.ts'
import { anySignal } from '../kernel/any-signal.ts'
import { UsageError } from '../kernel/errors.ts'
import { invariant } from '../kernel/invariant.ts'
import { type Micros, seconds } from '../kernel/time.ts'
import type { Condition, Traffic, TrafficOptions } from '../scenario/context.ts'
import { checkCondition, checkRate, checkRegion } from './arguments.ts'
import type { ConditionWatch } from './condition-watch.ts'
import { type Completion, createsUsers, type Executor, offers } from './executor.ts'
import {
  type Course,
  confirmSignUp,
  createUser,
  deleteUser,
  disableUser,
  readUser,
  refresh,
  revoke,
  setPassword,
  signIn,
  signUp,
  updateAttribute,
} from './intents.ts'
import { newestPassword, readableRegisters, type Users } from './users.ts'

/** So many users always stay usable. */
const activeUsersMin = 6
/** Weights are relative: nobody needs more. */
const weightMax = 1_000_000_000
/** Longest wait for a condition, in traffic that flows. */
const conditionWait = seconds(30)

const workload: Course = { to: 'route', purpose: 'workload' }

/** Functions that traffic can draw. */
export const trafficFunctions = [
  'sign-up',
  'set-password',
  'update-attribute',
  'disable-user',
  'delete-user',
  'sign-in',
  'refresh',
  'revoke',
  'read-user',
] as const satisfies readonly OperationFunction[]

/**
 * Emits operations at open arrivals. What each does, to whom and in which order follows from keyed
 * draws and its number, whatever became of earlier ones; only the password that a sign-in tries is
 * the newest that was acknowledged by then, because a wrong one would count against the user.
 */
export class OpenTraffic implements Traffic {
  readonly #executor: Executor
  readonly #users: Users
  readonly #watch: ConditionWatch
  readonly #options: TrafficOptions
  readonly #weights: Weights
  readonly #weightTotal: number
  readonly #name: string
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #wake = new AbortController()
  readonly #loop: Promise<void>
  readonly #startedAt: number
  #ordinal = 0
  #stopped = false

  constructor(
    executor: Executor,
    users: Users,
    watch: ConditionWatch,
    options: TrafficOptions,
    name: string,
  ) {
    checkOptions(options, executor.regions)
    this.#executor = executor
    this.#users = users
    this.#watch = watch
    this.#options = options
    this.#weights = drawn(options.mix, executor)
    this.#weightTotal = this.#weights.reduce((sum, [, weight]) => sum + weight, 0)
    this.#name = name
    this.#startedAt = executor.clock.monotonic()
    this.#loop = executor.pinned ? Promise.resolve() : this.#flow()
    // Whoever waits for a condition or stops the traffic sees what broke it.
    this.#loop.catch(() => {})
  }

  async until(condition: Condition): Promise<void> {
    checkCondition(condition)
    if (this.#executor.pinned) return this.#lockStep(condition)
    const over = new AbortController()
    const broken = this.#loop.then(() => new Promise<never>(() => {}))
    const signal = anySignal(this.#executor.signal, over.signal)
    const held = this.#watch.wait(condition, conditionWait + this.#longer(condition), signal)
    try {
      await Promise.race([held, broken])
    } finally {
      over.abort()
      held.catch(() => {})
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#wake.abort()
    await this.#loop
    await Promise.all(this.#underWay)
  }

  /** What the pace adds to a wait. */
  #longer(condition: Condition): Micros {
    if (condition.kind === 'elapsed') return 0
    return this.#executor.pace?.longer(condition.count, this.#options.ratePerSecond) ?? 0
  }

  /** Pinned: one operation at a time, counted; time means a number of operations. */
  async #lockStep(condition: Condition): Promise<void> {
    let left =
      condition.kind === 'elapsed'
        ? Math.ceil((condition.duration / seconds(1)) * this.#options.ratePerSecond)
        : condition.count
    for (let guard = 0; left > 0 && guard < 10_000; guard += 1) {
      const { pace, signal } = this.#executor
      if (pace !== undefined) await pace.arrival(signal)
      for (const [index, operation] of this.#next().entries()) {
        const done = await this.#executor.perform(operation, () => this.#stopped, index === 0)
        if (done !== undefined) this.#learn(done)
        if (counts(condition, done)) left -= 1
      }
    }
    invariant(left <= 0, 'pinned traffic never reached its condition')
  }

  async #flow(): Promise<void> {
    const { clock, random, signal, pace } = this.#executor
    const leave = pace?.share()
    const gap = seconds(1) / this.#options.ratePerSecond
    let due = clock.monotonic()
    const stop = anySignal(signal, this.#wake.signal)
    while (!this.#stopped && !signal.aborted) {
      if (pace !== undefined) {
        await pace.arrival(stop).catch(() => {})
        if (this.#stopped || signal.aborted) break
        due = Math.max(due, clock.monotonic())
      }
      for (const [index, operation] of this.#next().entries()) this.#launch(operation, index === 0)
      const draw = random.at('arrival', this.#name, this.#ordinal)
      due += Math.max(1, Math.round(gap * (0.5 + draw.fraction())))
      const wait = due - clock.monotonic()
      if (wait > 0) await clock.sleep(wait, stop).catch(() => {})
      else if (this.#ordinal % 64 === 0) await clock.sleep(1, stop).catch(() => {})
    }
    leave?.()
  }

  #launch(operation: Operation, arrived: boolean): void {
    const done = this.#executor
      .perform(operation, () => this.#stopped, arrived)
      .then((completion) => {
        if (completion !== undefined) this.#learn(completion)
      })
    this.#underWay.add(done)
    // A rejection is kept for stop(), which awaits what is under way.
    done.then(
      () => this.#underWay.delete(done),
      () => {},
    )
  }

  #learn(completion: Completion): void {
    this.#users.learn(completion)
  }

  /** The next operation, or two where one needs another right after it. */
  #next(): readonly Operation[] {
    this.#ordinal += 1
    const draw = this.#executor.random.at('traffic', this.#name, this.#ordinal)
    const fn = pick(this.#weights, this.#weightTotal, draw.fraction())
    const notBefore = this.#executor.clock.monotonic() - this.#startedAt
    const to = this.#options.to ?? 'route'
    const built = this.#build(fn, draw.fraction()).map((operation) =>
      Object.assign({}, operation, { to, notBefore }),
    )
    for (const operation of built) this.#users.intend(operation)
    return built
  }

  #build(fn: OperationFunction, where: number): readonly Operation[] {
    const { active } = this.#users
    const name = active[Math.floor(where * active.length)]
    if (fn === 'sign-up' || name === undefined) return this.#newUser()
    const id = (): string => this.#executor.nextId()
    const user = this.#users.get(name)
    invariant(user !== undefined, `no user ${name}`)
    const session = user.sessions.at(-1)
    switch (fn) {
      case 'update-attribute': {
        const once = this.#ordinal % 4 === 0 ? undefined : user.unusedAttributes.shift()
        return [updateAttribute(id(), name, once ?? 'nickname')]
      }
      case 'set-password':
        return [setPassword(id(), name)]
      case 'disable-user':
      case 'delete-user':
        if (active.length <= activeUsersMin) return this.#newUser()
        this.#users.retire(name)
        return [(fn === 'disable-user' ? disableUser : deleteUser)(id(), name)]
      case 'refresh':
        if (session !== undefined) return [refresh(id(), name, session)]
        break
      case 'revoke':
        if (session !== undefined) {
          user.sessions.pop()
          return [revoke(id(), name, session)]
        }
        break
      case 'read-user':
        return [readUser(id(), name, readableRegisters(user, user.intended), workload)]
      default:
        break
    }
    const label = newestPassword(user) ?? user.createdBy
    invariant(label !== undefined, `traffic uses ${name}, whom nobody signed up`)
    return [signIn(id(), name, label)]
  }

  #newUser(): readonly Operation[] {
    const name = `${this.#name}-u${this.#ordinal}`
    this.#users.create(name)
    const create = offers(this.#executor, 'sign-up') ? signUp : createUser
    const created = create(this.#executor.nextId(), name)
    const confirmed = offers(this.#executor, 'confirm-sign-up')
      ? [confirmSignUp(this.#executor.nextId(), name)]
      : []
    this.#users.activate(name)
    return [created, ...confirmed]
  }
}

/** @throws UsageError naming what is wrong: a script wrote it. */
function checkOptions(options: TrafficOptions, regions: Executor['regions']): void {
  const { mix, ratePerSecond, to }: Partial<TrafficOptions> = options ?? {}
  const known: readonly string[] = trafficFunctions
  for (const [name, weight] of Object.entries(mix ?? {})) {
    if (!known.includes(name)) {
      const names = known.join(', ')
      throw new UsageError(`"mix": traffic cannot draw "${name}"; expected some of: ${names}`)
    }
    if (!(weight >= 0 && weight <= weightMax)) {
      throw new UsageError(`"mix.${name}" is ${weight}; expected a weight from 0 to ${weightMax}`)
    }
  }
  if (!Object.values(mix ?? {}).some((weight) => weight > 0)) {
    throw new UsageError('"mix" draws nothing; expected at least one weight above 0')
  }
  checkRate(ratePerSecond)
  if (to !== undefined) checkRegion('to', to, ['route', regions.primary, regions.replica])
}

/** What the system offers of a mix. Who cannot sign up is created by an administrator. */
function drawn(mix: TrafficOptions['mix'], executor: Executor): Weights {
  const all = Object.entries(mix) as [OperationFunction, number][]
  return all.filter(([name]) =>
    name === 'sign-up' ? createsUsers(executor) : offers(executor, name),
  )
}

type Weights = readonly (readonly [OperationFunction, number])[]

function pick(weights: Weights, total: number, fraction: number): OperationFunction {
  let left = fraction * total
  for (const [name, weight] of weights) {
    left -= weight
    if (left < 0) return name
  }
  return weights.at(-1)?.[0] ?? 'sign-in'
}

function counts(condition: Condition, done: Completion | undefined): boolean {
  if (condition.kind !== 'acknowledged') return true
  if (done?.type !== 'ok') return false
  return condition.function === undefined || condition.function === done.operation.function
}
