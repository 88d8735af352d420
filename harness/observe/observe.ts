import { clientsPopulation, sessionsPopulation } from '../checkers/game-day.ts'
import type { HeaderLine } from '../history/line.ts'
import { historyFormat } from '../history/line.ts'
import type { Operation, OperationFunction, RegionName } from '../history/operation.ts'
import type { HistorySink } from '../history/sink.ts'
import { Interpreter } from '../interpreter/interpreter.ts'
import { Recorder } from '../interpreter/recorder.ts'
import { anySignal } from '../kernel/any-signal.ts'
import { invariant } from '../kernel/invariant.ts'
import type { Random } from '../kernel/random.ts'
import { type Micros, millis, seconds, toMillis } from '../kernel/time.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Plan } from '../plan/plan.ts'
import type { Capabilities, Target, TargetSession } from '../target/contract.ts'
import type { Completion } from '../workload/executor.ts'
import { refresh, signIn } from '../workload/intents.ts'
import { OpenArrivals } from '../workload/open-arrivals.ts'
import { watchEventLoop } from '../world/process/event-loop-monitor.ts'
import { takeMarks } from './announced-watch.ts'
import { CallBudget } from './call-budget.ts'
import { CanaryNews } from './canary-news.ts'
import { forgetful } from './forgetful-session.ts'
import { type ObservedStack, observedStack } from './observed-stack.ts'
import { type Canary, makesUsers, readyCanaries } from './ready-canaries.ts'
import { type StopCondition, StopWatch } from './stop-conditions.ts'

/** How a watch goes on: bounds and conditions, checked by who gives them. */
export interface ObserveSettings {
  /**
   * Sign-ins of clients in a second; as many again go to the Regions themselves, in turn, and as
   * many refreshes to where clients are.
   */
  readonly ratePerSecond: number
  /** Users that sign in, one after the other. */
  readonly canaries: number
  readonly durationMillisMax: number
  /** Requests in all; the watch ends before more are sent. */
  readonly callsMax: number
  readonly stopConditions: readonly StopCondition[]
  /** The watch ends when this file exists. */
  readonly stopFile: string
  /** Between two questions whether the owner still agrees; ten seconds by default. */
  readonly consentMillis?: number
  /** The endpoint that leads to whichever Region serves. */
  readonly routeUrl?: string
}

/** Everything that a watch needs. */
export interface ObservePorts {
  readonly plan: Plan
  readonly target: Target
  readonly settings: ObserveSettings
  readonly header: Pick<HeaderLine, 'scenario' | 'claim' | 'requirements' | 'objectives'>
  readonly ledger: Ledger
  readonly random: Random
  readonly digestKey: Uint8Array
  readonly sink: HistorySink
  readonly signal: AbortSignal
  /** True where the stop file is there. */
  readonly isStopped: () => boolean
  /** Takes sentences for people. */
  readonly say: (sentence: string) => void
}

/** How a watch ended. */
export interface Observed {
  /** Why, in words. */
  readonly why: string
  readonly interrupted: boolean
  readonly calls: number
}

/** Pause between two looks at marks, the stop file and the bounds. */
const lookPause = millis(50)

/** Pause between two questions whether the owner still agrees. */
const consentMillisDefault = 10_000

/**
 * Watches a failover that people perform: canary users sign in where clients do and in each Region,
 * at a bounded rate. Nothing is injected. The users are removed in the end, whatever ends it; what
 * could not be removed stays in the ledger.
 *
 * @throws WorldError if canaries cannot be made or do not sign in before anything happens.
 */
export async function observe(ports: ObservePorts): Promise<Observed> {
  const { plan, target, settings, signal } = ports
  await using stack = observedStack(plan, settings.routeUrl)
  const recorder = new Recorder(ports.sink, stack.clock, headerOf(ports, stack))
  using _watch = watchEventLoop((eventLoopDelayMicrosMax) =>
    recorder.record({
      type: 'harness',
      eventLoopDelayMicrosMax,
      limitMicros: plan.limits.eventLoopDelayMicrosMax,
    }),
  )
  const session = await target.prepare(stack, {
    plan,
    random: ports.random.scope('target'),
    digestKey: ports.digestKey,
    onJwks: (line) => recorder.record({ type: 'jwks', ...line }),
    functions: usedFunctions(target.capabilities),
    ledger: ports.ledger,
    observing: true,
  })
  const watch = new Watch(ports, stack, recorder, forgetful(session))
  let why: string | undefined
  try {
    why = (await watch.ready()) ?? (await watch.run())
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    if (makesUsers(target.capabilities)) ports.say('removing the canary users')
    await session.close?.()
    recorder.record({ type: 'end', reason: signal.aborted ? 'interrupted' : 'complete' })
  }
  return { why: why ?? 'it was interrupted', interrupted: signal.aborted, calls: stack.requests() }
}

function headerOf({ plan, target, header }: ObservePorts, stack: ObservedStack): HeaderLine {
  return {
    type: 'header',
    format: historyFormat,
    ...header,
    seed: plan.seed,
    target: target.name,
    model: target.model,
    regions: stack.regions.map(({ name, role }) => ({ name, role })),
    declared: target.capabilities.declared,
    lockout: target.capabilities.lockout,
    pinned: false,
  }
}

function usedFunctions({ functions }: Capabilities): readonly OperationFunction[] {
  return (['admin-create-user', 'sign-in', 'refresh'] as const).filter((name) =>
    functions.includes(name),
  )
}

/** Operations of one arrival. */
function operationsOf({ functions }: Capabilities): number {
  return functions.includes('refresh') ? 3 : 2
}

/** Between two arrivals of so many operations each: no quicker than the system can be asked. */
function gapOf({ ratePerSecond }: ObserveSettings, capabilities: Capabilities): Micros {
  const { arrivalsPerSecondMax = Infinity, operationsPerSecondMax = Infinity } =
    capabilities.pace ?? {}
  const operationsMax = Math.min(arrivalsPerSecondMax, operationsPerSecondMax)
  return seconds(1) / Math.min(ratePerSecond, operationsMax / operationsOf(capabilities))
}

class Watch {
  readonly #ports: ObservePorts
  readonly #stack: ObservedStack
  readonly #recorder: Recorder
  readonly #interpreter: Interpreter
  readonly #session: TargetSession
  readonly #regions: readonly RegionName[]
  readonly #over = new AbortController()
  readonly #budget: CallBudget
  readonly #gap: Micros
  readonly #operations: number
  #canaries: readonly Canary[] = []
  #stops: StopWatch | undefined
  #current: RegionName
  #arrivals = 0
  #begun: Micros = 0
  #turn = -1
  readonly #news: CanaryNews
  #consents = true

  constructor(
    ports: ObservePorts,
    stack: ObservedStack,
    recorder: Recorder,
    session: TargetSession,
  ) {
    this.#ports = ports
    this.#stack = stack
    this.#recorder = recorder
    this.#session = session
    const { capabilities } = ports.target
    const primary = stack.regions.find(({ role }) => role === 'primary')
    invariant(primary !== undefined, 'the topology has no primary')
    this.#current = primary.name
    this.#regions = stack.regions.map(({ name }) => name)
    this.#budget = new CallBudget(ports.settings.callsMax, stack.requests)
    this.#gap = gapOf(ports.settings, capabilities)
    this.#operations = operationsOf(capabilities)
    this.#news = new CanaryNews(ports.say)
    this.#interpreter = new Interpreter({
      plan: ports.plan,
      stack,
      session,
      functions: capabilities.functions,
      settleMillisMax: capabilities.declared.settleMillisMax,
      recorder,
      random: ports.random,
      signal: ports.signal,
      onOperation: () => {},
      route: () => this.#current,
      step: () => {},
    })
    recorder.record({ type: 'mark', name: 'start' })
    recorder.record({ type: 'route', region: this.#current, previous: null })
  }

  /** @returns Why the watch is over before it began, if it is. */
  async ready(): Promise<string | undefined> {
    const { plan, settings, target, say, signal } = this.#ports
    const found = await readyCanaries({
      stack: this.#stack,
      capabilities: target.capabilities,
      count: settings.canaries,
      pause: this.#gap,
      untilSignedIn: millis(plan.limits.regionReadyMillisMax),
      nextId: () => this.#interpreter.nextId(),
      perform: (operation) => this.#perform(operation),
      over: () => this.#overBefore(),
      signal,
    })
    if ('over' in found) return found.over
    this.#canaries = found.canaries
    const { length } = found.canaries
    say(`${length} canary users sign in at ${found.places.join(', ')}; the watch begins`)
    return undefined
  }

  /** What ends a watch that has not begun yet. */
  #overBefore(): string | undefined {
    const { settings, isStopped } = this.#ports
    if (isStopped()) return `the file ${settings.stopFile} exists`
    if (!this.#budget.allows(1)) return `${settings.callsMax} requests are too few to begin`
    return undefined
  }

  /** Watches until something ends it; says what. */
  async run(): Promise<string> {
    const { settings, signal } = this.#ports
    const { clock } = this.#stack
    const begun = clock.monotonic()
    this.#begun = begun
    const end = begun + millis(settings.durationMillisMax)
    const stops = new StopWatch(settings.stopConditions, begun)
    this.#stops = stops
    const arrivals = new OpenArrivals(
      { clock, signal: anySignal(signal, this.#over.signal), pinned: false },
      this.#gap,
      () => this.#arrive(),
    )
    const asking = this.#askForConsent()
    try {
      for (;;) {
        signal.throwIfAborted()
        if (await this.#takeMarks()) return 'a mark says that it is over'
        const over = this.#overNow(stops, end)
        if (over !== undefined) return over
        await clock.sleep(lookPause, signal)
      }
    } finally {
      this.#over.abort()
      await arrivals.stop()
      await asking
    }
  }

  #overNow(stops: StopWatch, end: Micros): string | undefined {
    const { settings, isStopped } = this.#ports
    const now = this.#stack.clock.monotonic()
    if (isStopped()) return `the file ${settings.stopFile} exists`
    if (!this.#consents) return 'the consent was withdrawn'
    if (!this.#budget.allows(this.#operations))
      return `more than ${settings.callsMax} requests would be sent`
    const reached = stops.reached(now)
    if (reached !== undefined) return `a stop condition was reached: ${reached}`
    return now >= end ? `${settings.durationMillisMax / 1_000} s went by` : undefined
  }

  /** A Region that is lost cannot be asked: who withdraws the consent then has the stop file. */
  async #askForConsent(): Promise<void> {
    const { clock } = this.#stack
    const { signal } = this.#over
    const pause = millis(this.#ports.settings.consentMillis ?? consentMillisDefault)
    while (this.#session.consents !== undefined && !signal.aborted && !this.#ports.signal.aborted) {
      await clock.sleep(pause, signal).catch(() => {})
      if (signal.aborted || !this.#budget.allows(1)) continue
      const deadline = clock.timeout(millis(this.#ports.plan.limits.operationMillisMax))
      const answer = await this.#session
        .consents(anySignal(deadline, signal))
        .catch(() => undefined)
      if (answer === false) this.#consents = false
    }
  }

  /** Each arrival is a sign-in of clients, one at a Region itself in turn, and a refresh. */
  async #arrive(): Promise<void> {
    const turn = Math.round((this.#stack.clock.monotonic() - this.#begun) / this.#gap)
    // A process that stood still for a while has nothing to make up for.
    if (turn === this.#turn || !this.#budget.allows(this.#operations)) return
    this.#turn = turn
    const ordinal = this.#arrivals
    this.#arrivals += 1
    const canary = this.#canaries[ordinal % this.#canaries.length]
    const region = this.#regions[ordinal % this.#regions.length]
    invariant(canary !== undefined && region !== undefined, 'there are canaries and Regions')
    const to = this.#stack.route === undefined ? 'route' : this.#stack.route.name
    await Promise.all([
      this.#signIn(canary, to, clientsPopulation),
      this.#signIn(canary, region, `at ${region}`),
      this.#operations === 3 ? this.#refresh(canary, to) : undefined,
    ]).catch((error: unknown) => {
      if (!this.#ports.signal.aborted) throw error
    })
  }

  async #signIn(canary: Canary, to: string, population: string): Promise<void> {
    const { name, password } = canary
    const course = { to, purpose: 'recovery-probe' } as const
    const intent = signIn(this.#interpreter.nextId(), name, password, course)
    const done = await this.#probe(intent, population)
    if (done === undefined || population !== clientsPopulation) return
    if (!this.#news.take(canary, done)) return
    this.#canaries = this.#canaries.filter((one) => one !== canary)
  }

  /** A session from before the watch goes on, or not: who is signed in signs in no more. */
  async #refresh({ name, session }: Canary, to: string): Promise<void> {
    const course = { to, purpose: 'recovery-probe' } as const
    await this.#probe(
      refresh(this.#interpreter.nextId(), name, session, course),
      sessionsPopulation,
    )
  }

  async #probe(
    { lane: _, ...open }: Operation,
    population: string,
  ): Promise<Completion | undefined> {
    const { clock } = this.#stack
    const begun = clock.monotonic()
    const done = await this.#perform({ ...open, population })
    const now = clock.monotonic()
    if (done !== undefined) {
      this.#stops?.take({
        at: now,
        ok: done.type === 'ok',
        throttled: done.meaning === 'throttled',
        latency: now - begun,
      })
    }
    return done
  }

  #perform(operation: Operation): Promise<Completion | undefined> {
    return this.#budget.spend(() => this.#interpreter.perform(operation))
  }

  /** True where a mark ended the watch. */
  async #takeMarks(): Promise<boolean> {
    let isOver = false
    for (const { label, moment, elapsed } of await takeMarks(
      this.#ports.ledger.runId,
      this.#stack.wall,
    )) {
      this.#recorder.record({
        type: 'mark',
        name: 'moment',
        detail: label,
        elapsed,
        ...(moment === undefined ? {} : { moment }),
      })
      this.#ports.say(`marked: ${label} (${toMillis(elapsed)} ms ago)`)
      if (moment === 'end') isOver = true
      if (moment === 'switch' || moment === 'failback') this.#follow(moment)
    }
    return isOver
  }

  /** Without an endpoint that leads clients, they go where people say that they are sent. */
  #follow(moment: 'switch' | 'failback'): void {
    if (this.#stack.route !== undefined) return
    const role = moment === 'switch' ? 'replica' : 'primary'
    const region = this.#stack.regions.find((one) => one.role === role)?.name
    if (region === undefined || region === this.#current) return
    const previous = this.#current
    this.#current = region
    this.#recorder.record({ type: 'route', region, previous })
  }
}
