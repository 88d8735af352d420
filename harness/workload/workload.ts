import {
  givenPassword,
  type Operation,
  type Purpose,
  type RegionName,
  type ResultField,
  registerName,
} from '../history/operation.ts'
import { ScenarioError } from '../kernel/errors.ts'
import type {
  Performed,
  PreparedChanges,
  Probe,
  SignedIn,
  Stream,
  StreamOptions,
  Traffic,
  TrafficOptions,
  UserName,
  Workload,
} from '../scenario/context.ts'
import { checkCount, checkList, checkRate, checkRegion, usersMax } from './arguments.ts'
import type { ConditionWatch } from './condition-watch.ts'
import { converge, positionsSettle, replicaCatchesUp } from './converge.ts'
import { type Completion, createsUsers, type Executor, type Intent, offers } from './executor.ts'
import {
  confirmSignUp,
  createUser,
  deleteUser,
  disableUser,
  presentToken,
  readUser,
  refresh,
  revoke,
  setPassword,
  signIn,
  signUp,
  updateAttribute,
} from './intents.ts'
import { measureLag } from './lag.ts'
import { withOwnId } from './own-id.ts'
import { AvailabilityProbe } from './probe.ts'
import { sideBySide } from './side-by-side.ts'
import { OpenStream } from './stream.ts'
import { Sweeper } from './sweep.ts'
import { OpenTraffic } from './traffic.ts'
import { newestPassword, Users } from './users.ts'

const probeUsers = ['probe-1', 'probe-2', 'probe-3'] as const
const lagUser = 'lag-1'
/** Each waits until it shows. */
const lagSamplesMax = 100_000
const quiesceMillisMax = 5_000
/** Password hashes are slow by design: more at once would only wait for each other. */
const operationsAtOnce = 4

/** The workload of one scenario: every method ends when its operations were answered. */
export class ScenarioWorkload implements Workload {
  readonly #executor: Executor
  readonly #watch: ConditionWatch
  readonly #users = new Users()
  readonly #sweeper: Sweeper
  readonly #running: { stop(): Promise<void> }[] = []
  #traffics = 0
  #prepared = 0
  #bystanders = 0

  constructor(executor: Executor, watch: ConditionWatch) {
    this.#executor = executor
    this.#watch = watch
    this.#sweeper = new Sweeper(executor, this.#users)
  }

  async population(count: number): Promise<readonly UserName[]> {
    checkCount('population.count', count, usersMax, 0)
    const names = Array.from({ length: count }, (_, index) => `u${index + 1}`)
    this.#executor.step(`signing up ${count} users`)
    await this.#each([...names, ...probeUsers, lagUser], (name) => this.#enrol(name))
    for (const name of names) this.#users.activate(name)
    await positionsSettle(this.#executor, this.#executor.limits.settleMillisMax)
    return names
  }

  async bystanders(count: number): Promise<readonly UserName[]> {
    checkCount('bystanders.count', count, usersMax, 0)
    const names = Array.from({ length: count }, (_, index) => `b${this.#bystanders + index + 1}`)
    this.#bystanders += count
    await this.#each(names, (name) => this.#enrol(name))
    await positionsSettle(this.#executor, this.#executor.limits.settleMillisMax)
    if (!offers(this.#executor, 'read-user')) return names
    // Seen there: from now on a refusal is no question of replication.
    const course = { to: this.#executor.regions.replica, purpose: 'workload' as const }
    await this.#each(names, (name) => {
      const reads = [registerName(name, 'existence')]
      return this.#perform(readUser(this.#executor.nextId(), name, reads, course))
    })
    return names
  }

  async prepareChanges(): Promise<PreparedChanges> {
    this.#prepared += 1
    const prefix = `c${this.#prepared}`
    const [password, disabled, deleted, revoked, profile] = [
      `${prefix}-password`,
      `${prefix}-disabled`,
      `${prefix}-deleted`,
      `${prefix}-revoked`,
      `${prefix}-profile`,
    ] as const
    await this.#each([password, disabled, deleted, revoked, profile], (name) => this.#enrol(name))
    const [session] = await this.signIn([revoked])
    const id = (): string => this.#executor.nextId()
    const make = async (): Promise<void> => {
      const intents = [
        setPassword(id(), password),
        disableUser(id(), disabled),
        deleteUser(id(), deleted),
        ...(session === undefined ? [] : [revoke(id(), revoked, session.operation)]),
        updateAttribute(id(), profile, 'nickname'),
        updateAttribute(id(), profile, 'nickname'),
        updateAttribute(id(), profile, 'website'),
        this.#newcomer(`${prefix}-newcomer`),
      ]
      const offered = intents.filter((intent) => offers(this.#executor, intent.function))
      await this.#each(offered, (intent) => this.#perform(intent))
    }
    return { make }
  }

  async replicated(): Promise<void> {
    await replicaCatchesUp(this.#executor, this.#executor.limits.settleMillisMax)
  }

  traffic(options: TrafficOptions): Traffic {
    this.#traffics += 1
    const name = `t${this.#traffics}`
    const traffic = new OpenTraffic(this.#executor, this.#users, this.#watch, options, name)
    this.#running.push(traffic)
    return traffic
  }

  async signIn(users: readonly UserName[], to?: RegionName): Promise<readonly SignedIn[]> {
    checkList('signIn.users', users)
    if (to !== undefined) this.#checkRegion('signIn.to', to)
    await this.quiesce()
    const sessions: SignedIn[] = []
    await this.#each(users, async (name) => {
      const user = this.#users.get(name)
      const label = user === undefined ? undefined : newestPassword(user)
      if (label === undefined) return
      const course = { to: to ?? ('route' as const), purpose: 'workload' as const }
      const done = await this.#perform(signIn(this.#executor.nextId(), name, label, course))
      if (done?.results.includes('accessToken')) {
        sessions.push({ user: name, operation: done.operation.id })
      }
    })
    return sessions
  }

  async presentTokens(sessions: readonly SignedIn[], to: RegionName): Promise<void> {
    checkList('presentTokens.sessions', sessions)
    this.#checkRegion('presentTokens.to', to)
    await this.quiesce()
    const course = { to, purpose: 'token-probe' as const }
    await this.#each(sessions, ({ user, operation }) =>
      this.#perform(presentToken(this.#executor.nextId(), user, operation, course)),
    )
  }

  async refresh(sessions: readonly SignedIn[], to: RegionName): Promise<void> {
    checkList('refresh.sessions', sessions)
    this.#checkRegion('refresh.to', to)
    await this.quiesce()
    const course = { to, purpose: 'token-probe' as const }
    await this.#each(sessions, ({ user, operation }) =>
      this.#perform(refresh(this.#executor.nextId(), user, operation, course)),
    )
  }

  async sweep(region: RegionName, purpose: Purpose): Promise<void> {
    this.#checkRegion('sweep.region', region)
    await this.quiesce()
    await this.#sweeper.sweep(region, purpose)
  }

  async cutoverRead(region: RegionName): Promise<void> {
    this.#checkRegion('cutoverRead.region', region)
    await this.quiesce()
    this.#executor.step(`reading every written fact in ${region}`)
    this.#executor.mark('cutover-read-start')
    await this.#sweeper.sweep(region, 'cutover-read')
    this.#executor.mark('cutover-read-end')
  }

  async converge(): Promise<void> {
    await this.stopAll()
    await converge(this.#executor, this.#sweeper)
  }

  async measureLag(count: number): Promise<void> {
    checkCount('measureLag.count', count, lagSamplesMax)
    this.#executor.step(`measuring replication lag with ${count} writes`)
    await this.quiesce()
    if (this.#users.get(lagUser) === undefined) await this.#enrol(lagUser)
    await measureLag(this.#executor, this.#users, lagUser, count)
  }

  probe(options: { readonly ratePerSecond: number }): Probe {
    checkRate(options?.ratePerSecond)
    const probe = new AvailabilityProbe(
      this.#executor,
      this.#users,
      this.#whoProbes(),
      options.ratePerSecond,
    )
    this.#running.push(probe)
    return probe
  }

  async perform(intent: Omit<Operation, 'id'>): Promise<boolean> {
    return (await this.attempt(intent)).type === 'ok'
  }

  async attempt(
    intent: Omit<Operation, 'id'>,
    stopped?: () => boolean,
    arrived?: boolean,
  ): Promise<Performed> {
    const operation = withOwnId(intent, this.#executor.nextId())
    const done = await this.#perform(operation, stopped, arrived)
    const { id, user } = operation
    if (done === undefined) return { operation: id, user, type: 'unsent', results: [] }
    return {
      operation: id,
      user,
      type: done.type,
      results: done.results as readonly ResultField[],
      ...(done.error === undefined ? {} : { error: done.error }),
      ...(done.meaning === undefined ? {} : { meaning: done.meaning }),
    }
  }

  passwordOf(user: UserName): string | undefined {
    const known = this.#users.get(user)
    return known === undefined ? undefined : newestPassword(known)
  }

  stream(options: StreamOptions): Stream {
    const { clock, signal, pinned, pace } = this.#executor
    const attempt = (...attempted: [Intent, () => boolean, boolean]): Promise<Performed> =>
      this.attempt(...attempted)
    const stream = new OpenStream({ clock, signal, pinned, pace, attempt }, options)
    this.#running.push(stream)
    return stream
  }

  /** Ends traffic and probes that the script left running. */
  async stopAll(): Promise<void> {
    const ends = this.#running.splice(0).map((running) => running.stop())
    const broken = (await Promise.allSettled(ends)).find((end) => end.status === 'rejected')
    if (broken !== undefined) throw broken.reason
  }

  /** Pinned schedules read the replica only after it has caught up, where it can. */
  async quiesce(): Promise<void> {
    if (!this.#executor.pinned || this.#executor.replicationDisturbed()) return
    await positionsSettle(this.#executor, quiesceMillisMax)
  }

  #checkRegion(field: string, name: RegionName): void {
    const { primary, replica } = this.#executor.regions
    checkRegion(field, name, [primary, replica])
  }

  /** Users of its own, which come with a population; without one, those that nothing changes. */
  #whoProbes(): readonly UserName[] {
    const isThere = (name: UserName): boolean => this.#users.get(name) !== undefined
    const known = probeUsers.filter(isThere)
    if (known.length > 0) return known
    const bystanders = Array.from({ length: this.#bystanders }, (_, index) => `b${index + 1}`)
    if (bystanders.some(isThere)) return bystanders.filter(isThere)
    throw new ScenarioError('workload.probe: there is nobody who could sign in', {
      hint: 'call workload.population or workload.bystanders before it',
    })
  }

  #newcomer(name: string): Operation {
    this.#users.create(name)
    const create = offers(this.#executor, 'sign-up') ? signUp : createUser
    return create(this.#executor.nextId(), name)
  }

  async #enrol(name: string): Promise<void> {
    if (!createsUsers(this.#executor)) return this.#takeUp(name)
    const created = await this.#perform(this.#newcomer(name))
    const confirmed = offers(this.#executor, 'confirm-sign-up')
      ? await this.#perform(confirmSignUp(this.#executor.nextId(), name))
      : created
    if (created?.type === 'ok' && confirmed?.type === 'ok') return
    const why = created?.error ?? confirmed?.error ?? 'no answer'
    throw new ScenarioError(`the population could not be created: ${name} was answered ${why}`)
  }

  /** An account that exists already: that its password opens it is seen, and nothing written. */
  async #takeUp(name: string): Promise<void> {
    const user = this.#users.create(name)
    user.passwords.push({ label: givenPassword, acknowledged: true })
    const course = { to: 'route' as const, purpose: 'workload' as const }
    const done = await this.#perform(signIn(this.#executor.nextId(), name, givenPassword, course))
    if (done?.type === 'ok') return
    const why = done?.error ?? 'no answer'
    throw new ScenarioError(`nobody could sign in to the account of ${name}: the answer was ${why}`)
  }

  async #perform(
    operation: Operation,
    stopped?: () => boolean,
    arrived?: boolean,
  ): Promise<Completion | undefined> {
    this.#users.intend(operation)
    const done = await this.#executor.perform(operation, stopped, arrived)
    if (done !== undefined) this.#users.learn(done)
    return done
  }

  /** Side by side, or one after the other when pinned. */
  async #each<T>(values: readonly T[], work: (value: T) => Promise<unknown>): Promise<void> {
    await sideBySide(values, this.#executor.pinned ? 1 : operationsAtOnce, work)
  }
}
