import { casualtyText } from '../history/casualty-text.ts'
import type { EndLine, HeaderLine } from '../history/line.ts'
import { historyFormat } from '../history/line.ts'
import type { Operation, RegionName } from '../history/operation.ts'
import type { HistorySink } from '../history/sink.ts'
import { anySignal } from '../kernel/any-signal.ts'
import { type Clock, DeadlineError } from '../kernel/clock.ts'
import {
  InterregnumError,
  InterruptedError,
  LimitError,
  ScenarioError,
  UsageError,
  WorldError,
} from '../kernel/errors.ts'
import { invariant } from '../kernel/invariant.ts'
import type { Random } from '../kernel/random.ts'
import { type Micros, millis } from '../kernel/time.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { RouteControl } from '../nemesis/fault.ts'
import { FaultInjector, type FaultRegistry } from '../nemesis/nemesis.ts'
import type { Plan } from '../plan/plan.ts'
import type {
  Clients,
  InjectedFault,
  ResolverOptions,
  ScenarioContext,
} from '../scenario/context.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { ScenarioStep } from '../scenario/step.ts'
import type { RunningStack, Target, TargetSession, Topology, World } from '../target/contract.ts'
import type { ProgramPorts } from '../target/program.ts'
import { ConditionWatch } from '../workload/condition-watch.ts'
import { Pace } from '../workload/pace.ts'
import { ScenarioWorkload } from '../workload/workload.ts'
import { programStarter } from '../world/process/start-program.ts'
import { Interpreter } from './interpreter.ts'
import { Recorder } from './recorder.ts'
import { scenarioLinks } from './scenario-links.ts'
import { scenarioRouter } from './scenario-router.ts'

/** Everything that one scenario needs to become a history. */
export interface ConductPorts {
  readonly plan: Plan
  readonly scenario: Scenario
  readonly target: Target
  /** Made before time starts: loading modules is no work for a sim run. */
  readonly topology: Topology
  readonly world: World
  readonly faults: FaultRegistry
  readonly ledger: Ledger
  readonly random: Random
  readonly digestKey: Uint8Array
  readonly sink: HistorySink
  readonly signal: AbortSignal
  readonly onOperation: (operation: Operation) => void
  readonly onStep: (step: ScenarioStep) => void
  /** Shown the running stack, for tests that look behind it. */
  readonly onStack?: (stack: RunningStack) => void
  /** Samples of the harness's own event-loop delay, where time is real. */
  readonly watchEventLoop?: (onSample: (maxMicros: Micros) => void) => Disposable
}

/** How a script ended; the history holds the evidence. */
export interface Conducted {
  readonly reason: EndLine['reason']
  /** What broke, where `reason` is not `complete`. */
  readonly error?: unknown
  /** Processes of the world that died by themselves, a clause each. */
  readonly casualties?: readonly string[]
}

/**
 * Starts the stack, prepares the target, runs the script, heals what it left, stops the stack.
 * What the script throws ends the history with `error`; what the world throws before the script
 * began (a Region that is never ready, a port that is taken) is thrown.
 */
export async function conduct(ports: ConductPorts): Promise<Conducted> {
  await using stack = await ports.world.start(ports.topology)
  ports.onStack?.(stack)
  const recorder = new Recorder(ports.sink, stack.clock, headerOf(ports, stack))
  using _watch = watchEventLoop(ports, recorder)
  const casualties = noteCasualties(stack, recorder)
  const broken = new AbortController()
  const prepared = ports.target.prepare(stack, {
    ...driverPorts(ports, stack, recorder, broken),
    plan: ports.plan,
    random: ports.random.scope('target'),
    digestKey: ports.digestKey,
    onJwks: (line) => recorder.record({ type: 'jwks', ...line }),
    ...(ports.world.name === 'sim' ? {} : { ledger: ports.ledger }),
    functions: ports.scenario.needs.functions ?? [],
  })
  const session = await prepared.catch((error: unknown) => {
    throw casualties.length === 0 ? error : deadly(casualties, error)
  })
  await using _session = closing(session)
  const limit = stack.clock.timeout(millis(ports.plan.limits.scenarioMillisMax))
  const signal = anySignal(ports.signal, limit, broken.signal)
  const route = routeControl(stack, recorder)
  const step = (text: string): void => ports.onStep({ text, operations: recorder.completed })
  const { pace, declared } = ports.target.capabilities
  const interpreter = new Interpreter({
    plan: ports.plan,
    stack,
    session,
    functions: ports.target.capabilities.functions,
    replicaSignIns: ports.target.capabilities.replicaSignIns ?? true,
    lagMillisMax: declared.lagMillisMax,
    settleMillisMax: settleMillisMax(ports),
    pace: pace && new Pace(pace, stack.clock),
    recorder,
    random: ports.random,
    signal,
    onOperation: ports.onOperation,
    route: route.current,
    step,
  })
  const watch = new ConditionWatch(stack.clock)
  recorder.listen((line) => watch.observe(line))
  const workload = new ScenarioWorkload(interpreter, watch)
  const nemesis = new FaultInjector({
    environment: { stack, route },
    faults: ports.faults,
    world: ports.world.name,
    ledger: ports.ledger,
    watch,
    signal,
    before: () => workload.quiesce(),
    record: (line) => recorder.record({ type: 'fault', ...line }),
    step,
  })
  recorder.record({ type: 'mark', name: 'start' })
  recorder.record({ type: 'route', region: route.current(), previous: null })
  const context = contextOf(ports, stack, interpreter, workload, nemesis, signal, (line) =>
    recorder.record(line),
  )
  const conducted = await runScript(ports.scenario, context, limit, broken.signal)
  await workload.stopAll().catch(() => {})
  // An interrupted run ends at once: stopping the stack undoes its faults.
  if (conducted.reason !== 'interrupted') {
    await nemesis.healAll().catch((error: unknown) => step(`healing failed: ${String(error)}`))
  }
  if (session.close !== undefined) await session.close()
  recorder.record({ type: 'end', reason: conducted.reason, ...codeOf(conducted.error) })
  return casualties.length === 0 ? conducted : { ...conducted, casualties }
}

/** Records what dies as it happens; the clauses grow with it. */
function noteCasualties(stack: RunningStack, recorder: Recorder): readonly string[] {
  const clauses: string[] = []
  recorder.listen((line) => {
    if (line.type === 'casualty') clauses.push(casualtyText(line))
  })
  stack.onCasualty?.((casualty) => recorder.record({ type: 'casualty', ...casualty }))
  return clauses
}

/** Where time is real, a target may perform its operations by a program of the user's. */
function driverPorts(
  { world, ledger }: ConductPorts,
  { clock }: RunningStack,
  recorder: Recorder,
  broken: AbortController,
): ProgramPorts {
  if (world.name === 'sim') return {}
  return {
    startProgram: programStarter({ ledger, clock }),
    onProgramEnd: async (casualty, lastWords) => {
      recorder.record({ type: 'casualty', ...casualty })
      const words = await lastWords
      const said = words === '' ? '' : `; its last words were: ${words}`
      broken.abort(new WorldError(`${casualty.name} is gone and is not started again${said}`))
    },
  }
}

function closing({ close }: TargetSession): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      await close?.()
    },
  }
}

function deadly(casualties: readonly string[], error: unknown): WorldError {
  const why = error instanceof Error ? error.message : String(error)
  return new WorldError(`${casualties.join('; ')}; then: ${why}`, { cause: error })
}

async function runScript(
  scenario: Scenario,
  context: ScenarioContext,
  limit: AbortSignal,
  broken: AbortSignal,
): Promise<Conducted> {
  const aborted = new Promise<never>((_, reject) => {
    const stop = (): void => reject(context.signal.reason)
    if (context.signal.aborted) stop()
    else context.signal.addEventListener('abort', stop, { once: true })
  })
  try {
    await Promise.race([scenario.run(context), aborted])
    return { reason: 'complete' }
  } catch (error) {
    if (limit.aborted && error instanceof DeadlineError) {
      return { reason: 'error', error: new LimitError(`${scenario.id} took too long`) }
    }
    if (broken.aborted) return { reason: 'error', error: broken.reason }
    if (context.signal.aborted) return { reason: 'interrupted', error: interruption(error) }
    if (InterregnumError.is(error)) return { reason: 'error', error: named(scenario, error) }
    const cause = new ScenarioError(`the script of ${scenario.id} broke`, { cause: error })
    return { reason: 'error', error: cause }
  }
}

/** What the script asked for cannot be meant: whoever reads it has to know which script. */
function named(scenario: Scenario, error: InterregnumError): InterregnumError {
  if (error.code !== 'ERR_USAGE') return error
  const hint = error.hint === undefined ? {} : { hint: error.hint }
  return new UsageError(`scenario "${scenario.id}": ${error.message}`, { cause: error, ...hint })
}

/** Whoever gave the signal may abort it with a reason of its own. */
function interruption(reason: unknown): InterregnumError {
  if (InterregnumError.is(reason)) return reason
  return new InterruptedError('the run was interrupted', { cause: reason })
}

/** The bound of the plan, where it has one; otherwise the system's own. */
function settleMillisMax({ plan, target }: Pick<ConductPorts, 'plan' | 'target'>): number {
  return plan.limits.settleMillisMax ?? target.capabilities.declared.settleMillisMax
}

function headerOf(ports: ConductPorts, stack: RunningStack): HeaderLine {
  const { relyingParties, lockout, links } = ports.topology
  const encrypted = links.flatMap(({ tls, to }) => (tls === undefined ? [] : [to]))
  return {
    type: 'header',
    format: historyFormat,
    scenario: ports.scenario.id,
    claim: ports.scenario.claim,
    requirements: ports.scenario.requirements,
    ...(ports.plan.objectives.length === 0 ? {} : { objectives: ports.plan.objectives }),
    seed: ports.plan.seed,
    target: ports.target.name,
    model: ports.target.model,
    regions: stack.regions.map(({ name, role }) => ({ name, role })),
    declared: {
      ...ports.target.capabilities.declared,
      settleMillisMax: settleMillisMax(ports),
    },
    ...(relyingParties === undefined ? {} : { relyingParties }),
    ...(encrypted.length === 0 ? {} : { encrypted }),
    lockout: lockout ?? ports.target.capabilities.lockout,
    pinned: ports.plan.pinned,
  }
}

function routeControl(stack: RunningStack, recorder: Recorder): RouteControl {
  const primary = stack.regions.find((region) => region.role === 'primary')
  invariant(primary !== undefined, 'the stack has no primary')
  let current: RegionName = primary.name
  return {
    current: () => current,
    switchTo: (region) => {
      const previous = current
      current = region
      recorder.record({ type: 'route', region, previous })
    },
  }
}

function contextOf(
  ports: ConductPorts,
  stack: RunningStack,
  interpreter: Interpreter,
  workload: ScenarioWorkload,
  nemesis: FaultInjector,
  signal: AbortSignal,
  record: Recorder['record'],
): ScenarioContext {
  const { primary, replica } = interpreter.regions
  const { nodes = [] } = stack
  const router = nodes.find(({ kind }) => kind === 'router')
  return {
    primary: { name: primary },
    replica: { name: replica },
    links: scenarioLinks(stack.links, { primary, replica }, ports.scenario.needs.links),
    relyingParties: nodes
      .filter(({ kind }) => kind === 'relying-party')
      .map(({ name }) => ({ name })),
    ...(router === undefined
      ? {}
      : { router: scenarioRouter(router, { primary, clock: stack.clock, signal, record }) }),
    workload,
    nemesis,
    clients: new RoutedClients(nemesis, stack.clock, replica, primary),
    clock: stack.clock,
    timeTravel: {
      advance: async (travelled) => {
        await stack.timeTravel.advance(travelled)
        record({ type: 'mark', name: 'time-travelled', travelled })
      },
    },
    random: ports.random.scope('scenario'),
    signal,
  }
}

/** The clients' route: failover is a fault like any other, failback its heal. */
class RoutedClients implements Clients {
  readonly #nemesis: FaultInjector
  readonly #clock: Clock
  readonly #replica: RegionName
  readonly #primary: RegionName
  #failover: InjectedFault | undefined

  constructor(nemesis: FaultInjector, clock: Clock, replica: RegionName, primary: RegionName) {
    this.#nemesis = nemesis
    this.#clock = clock
    this.#replica = replica
    this.#primary = primary
  }

  get route(): RegionName {
    return this.#failover === undefined ? this.#primary : this.#replica
  }

  resolver({ ttlMillis, honoursTtl }: ResolverOptions): () => RegionName {
    let kept: { readonly region: RegionName; readonly at: Micros } | undefined
    return () => {
      const now = this.#clock.monotonic()
      const fresh = kept !== undefined && (!honoursTtl || now - kept.at < millis(ttlMillis))
      if (kept === undefined || !fresh) kept = { region: this.route, at: now }
      return kept.region
    }
  }

  async failover(): Promise<void> {
    this.#failover ??= await this.#nemesis.inject('failover', { to: this.#replica })
  }

  async failback(): Promise<void> {
    const failover = this.#failover
    this.#failover = undefined
    await failover?.heal()
  }
}

function watchEventLoop(ports: ConductPorts, recorder: Recorder): Disposable {
  const limitMicros = ports.plan.limits.eventLoopDelayMicrosMax
  const watch = ports.watchEventLoop?.((eventLoopDelayMicrosMax) =>
    recorder.record({ type: 'harness', eventLoopDelayMicrosMax, limitMicros }),
  )
  return watch ?? { [Symbol.dispose]: () => {} }
}

function codeOf(error: unknown): { readonly error?: string } {
  return InterregnumError.is(error) ? { error: error.code } : {}
}
