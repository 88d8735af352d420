import { clientsPopulation } from '../checkers/game-day.ts'
import type { HeaderLine } from '../history/line.ts'
import { historyFormat } from '../history/line.ts'
import type { OperationId, RegionName } from '../history/operation.ts'
import type { HistorySink } from '../history/sink.ts'
import { Interpreter } from '../interpreter/interpreter.ts'
import { Recorder } from '../interpreter/recorder.ts'
import { anySignal } from '../kernel/any-signal.ts'
import { WorldError } from '../kernel/errors.ts'
import { invariant } from '../kernel/invariant.ts'
import type { Random } from '../kernel/random.ts'
import { millis, seconds, toMillis } from '../kernel/time.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Plan } from '../plan/plan.ts'
import type { IdentityClient, Target, TargetSession } from '../target/contract.ts'
import type { Completion } from '../workload/executor.ts'
import { createUser, signIn } from '../workload/intents.ts'
import { OpenArrivals } from '../workload/open-arrivals.ts'
import { watchEventLoop } from '../world/process/event-loop-monitor.ts'
import { takeMarks } from './announced-watch.ts'
import { type ObservedStack, observedStack } from './observed-stack.ts'
import { type StopCondition, StopWatch } from './stop-conditions.ts'

/** How a watch goes on: bounds and conditions, checked by who gives them. */
export interface ObserveSettings {
  /** Sign-ins of clients in a second; as many again go to the Regions themselves, in turn. */
  readonly ratePerSecond: number
  /** Users that sign in, one after the other. */
  readonly canaries: number
  readonly durationMillisMax: number
  /** Requests in all; the watch ends before more are sent. */
  readonly callsMax: number
  readonly stopConditions: readonly StopCondition[]
  /** The watch ends when this file exists. */
  readonly stopFile: string
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

/** Pause between two tries to sign in before the watch begins. */
const readyPause = millis(100)

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
    functions: ['admin-create-user', 'sign-in'],
    ledger: ports.ledger,
    observing: true,
  })
  const watch = new Watch(ports, stack, recorder, forgetful(session))
  let why: string | undefined
  try {
    await watch.ready()
    why = await watch.run()
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    ports.say('removing the canary users')
    await session.close?.()
    recorder.record({ type: 'end', reason: signal.aborted ? 'interrupted' : 'complete' })
  }
  return { why: why ?? 'it was interrupted', interrupted: signal.aborted, calls: watch.calls }
}

/** What sign-ins bring is thrown away: nobody uses it, and a day is long. */
function forgetful(session: TargetSession): TargetSession {
  const without = (client: IdentityClient): IdentityClient => ({
    perform: async (operation, deadline) => {
      const { tokens: _, results: __, ...outcome } = await client.perform(operation, deadline)
      return outcome
    },
  })
  const { connectNode } = session
  return {
    connect: (region) => without(session.connect(region)),
    ...(connectNode === undefined ? {} : { connectNode: (node) => without(connectNode(node)) }),
  }
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

interface Canary {
  readonly name: string
  readonly password: OperationId
}

class Watch {
  calls = 0
  readonly #ports: ObservePorts
  readonly #stack: ObservedStack
  readonly #recorder: Recorder
  readonly #interpreter: Interpreter
  readonly #regions: readonly RegionName[]
  readonly #over = new AbortController()
  readonly #stops: StopWatch
  #canaries: readonly Canary[] = []
  #current: RegionName
  #arrivals = 0
  #failing = false

  constructor(
    ports: ObservePorts,
    stack: ObservedStack,
    recorder: Recorder,
    session: TargetSession,
  ) {
    this.#ports = ports
    this.#stack = stack
    this.#recorder = recorder
    const primary = stack.regions.find(({ role }) => role === 'primary')
    invariant(primary !== undefined, 'the topology has no primary')
    this.#current = primary.name
    this.#regions = stack.regions.map(({ name }) => name)
    this.#stops = new StopWatch(ports.settings.stopConditions, stack.clock.monotonic())
    this.#interpreter = new Interpreter({
      plan: ports.plan,
      stack,
      session,
      functions: ports.target.capabilities.functions,
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

  /** Makes the canaries, and waits until each signs in wherever it will. */
  async ready(): Promise<void> {
    const { settings, say } = this.#ports
    const canaries: Canary[] = []
    for (let count = 1; count <= settings.canaries; count += 1) {
      const name = `canary-${count}`
      const { id } = await this.#must(createUser(this.#interpreter.nextId(), name))
      canaries.push({ name, password: id })
    }
    this.#canaries = canaries
    const { route } = this.#stack
    const places = [...this.#regions, ...(route === undefined ? [] : [route.name])]
    for (const canary of canaries) for (const to of places) await this.#untilSignedIn(canary, to)
    say(`${canaries.length} canary users sign in at ${places.join(', ')}; the watch begins`)
  }

  async #must(operation: Parameters<Interpreter['perform']>[0]): Promise<{ readonly id: string }> {
    const done = await this.#perform(operation)
    if (done?.type === 'ok') return operation
    throw new WorldError(
      `a canary user could not be made: ${operation.function} came to ${done?.error ?? 'nothing'}`,
    )
  }

  async #untilSignedIn({ name, password }: Canary, to: string): Promise<void> {
    const { clock } = this.#stack
    const deadline = clock.monotonic() + millis(this.#ports.plan.limits.regionReadyMillisMax)
    for (;;) {
      const course = { to, purpose: 'probe' } as const
      const done = await this.#perform(signIn(this.#interpreter.nextId(), name, password, course))
      if (done?.type === 'ok') return
      if (clock.monotonic() > deadline) {
        throw new WorldError(
          `a canary user cannot sign in at ${to}: ${done?.error ?? 'no answer'}`,
          { hint: 'a watch begins while everything is well' },
        )
      }
      await clock.sleep(readyPause, this.#ports.signal)
    }
  }

  /** Watches until something ends it; says what. */
  async run(): Promise<string> {
    const { settings, signal, isStopped } = this.#ports
    const { clock } = this.#stack
    const end = clock.monotonic() + millis(settings.durationMillisMax)
    const arrivals = new OpenArrivals(
      { clock, signal: anySignal(signal, this.#over.signal), pinned: false },
      seconds(1) / settings.ratePerSecond,
      () => this.#arrive(),
    )
    try {
      for (;;) {
        signal.throwIfAborted()
        if (await this.#takeMarks()) return 'a mark says that it is over'
        if (isStopped()) return `the file ${settings.stopFile} exists`
        if (this.calls + 2 > settings.callsMax) return `${settings.callsMax} requests were sent`
        const reached = this.#stops.reached(clock.monotonic())
        if (reached !== undefined) return `a stop condition was reached: ${reached}`
        if (clock.monotonic() >= end) return `${settings.durationMillisMax / 1_000} s went by`
        await clock.sleep(lookPause, signal)
      }
    } finally {
      this.#over.abort()
      await arrivals.stop()
    }
  }

  /** Each arrival is a sign-in of clients, and one at a Region itself, in turn. */
  async #arrive(): Promise<void> {
    const { settings } = this.#ports
    if (this.calls + 2 > settings.callsMax) return
    const ordinal = this.#arrivals
    this.#arrivals += 1
    const canary = this.#canaries[ordinal % this.#canaries.length]
    const region = this.#regions[ordinal % this.#regions.length]
    invariant(canary !== undefined && region !== undefined, 'there are canaries and Regions')
    const to = this.#stack.route === undefined ? 'route' : this.#stack.route.name
    await Promise.all([
      this.#probe(canary, to, clientsPopulation),
      this.#probe(canary, region, `at ${region}`),
    ]).catch((error: unknown) => {
      if (!this.#ports.signal.aborted) throw error
    })
  }

  async #probe({ name, password }: Canary, to: string, population: string): Promise<void> {
    const { clock } = this.#stack
    const begun = clock.monotonic()
    const course = { to, purpose: 'recovery-probe' } as const
    const intent = signIn(this.#interpreter.nextId(), name, password, course)
    const { lane: _, ...open } = intent
    const done = await this.#perform({ ...open, population })
    if (done === undefined) return
    const now = clock.monotonic()
    if (population === clientsPopulation) this.#tell(done)
    this.#stops.take({
      at: now,
      ok: done.type === 'ok',
      throttled: done.meaning === 'throttled',
      latency: now - begun,
    })
  }

  /** People hear of what clients see as it changes. */
  #tell({ type, error }: Completion): void {
    const failing = type !== 'ok'
    if (failing === this.#failing) return
    this.#failing = failing
    this.#ports.say(failing ? `clients cannot sign in: ${error}` : 'clients sign in')
  }

  #perform(operation: Parameters<Interpreter['perform']>[0]): Promise<Completion | undefined> {
    this.calls += 1
    return this.#interpreter.perform(operation)
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
