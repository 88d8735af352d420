import type { CompletionLine, InvokeLine, MarkName } from '../history/line.ts'
import type {
  Argument,
  Operation,
  OperationFunction,
  OperationId,
  Reference,
  RegionName,
} from '../history/operation.ts'
import type { Clock } from '../kernel/clock.ts'
import { LimitError, ScenarioError } from '../kernel/errors.ts'
import { invariant } from '../kernel/invariant.ts'
import type { Random } from '../kernel/random.ts'
import { type Micros, millis } from '../kernel/time.ts'
import type { Plan } from '../plan/plan.ts'
import type {
  IdentityClient,
  Outcome,
  ResultStore,
  RunningStack,
  TargetSession,
} from '../target/contract.ts'
import type { Completion, Executor } from '../workload/executor.ts'
import type { Pace } from '../workload/pace.ts'
import { Deadlines } from './deadlines.ts'
import { ProcessPool } from './process-pool.ts'
import type { Recorder } from './recorder.ts'

/** The lane of a pinned schedule; no operation names it. */
const pinnedLane = ''

export interface InterpreterPorts {
  readonly plan: Plan
  readonly stack: RunningStack
  readonly session: TargetSession
  /** What the target offers; absent: everything. */
  readonly functions?: readonly OperationFunction[]
  /** False where a replica serves no sign-in. */
  readonly replicaSignIns?: boolean
  /** How long a change may take to the other Region, as the target declares it. */
  readonly lagMillisMax?: number
  /** How long both Regions may take to agree once nothing is written any more. */
  readonly settleMillisMax: number
  /** How fast the system may be asked. */
  readonly pace?: Pace | undefined
  readonly recorder: Recorder
  readonly random: Random
  readonly signal: AbortSignal
  /** Takes every operation that is sent, in order: the stored list is itself a generator. */
  readonly onOperation: (operation: Operation) => void
  readonly route: () => RegionName
  readonly step: (text: string) => void
}

/** Runs operations against a world: resolves, routes, stamps, records. */
export class Interpreter implements Executor {
  readonly #ports: InterpreterPorts
  readonly #clients = new Map<RegionName, IdentityClient>()
  readonly #results: ResultStore = new Map()
  readonly #processes = new ProcessPool()
  readonly #lanes = new Map<string, Promise<unknown>>()
  readonly #laneEnds = new Map<string, Micros>()
  readonly #deadlines: Deadlines
  readonly #offered: ReadonlySet<OperationFunction> | undefined
  #emitted = 0

  constructor(ports: InterpreterPorts) {
    this.#ports = ports
    this.#offered = ports.functions === undefined ? undefined : new Set(ports.functions)
    const { clock } = ports.stack
    this.#deadlines = new Deadlines(clock, millis(ports.plan.limits.operationMillisMax))
    for (const region of ports.stack.regions) {
      this.#clients.set(region.name, ports.session.connect(region))
    }
    for (const node of ports.stack.nodes ?? []) {
      const client = ports.session.connectNode?.(node)
      if (client !== undefined) this.#clients.set(node.name, client)
    }
  }

  get clock(): Clock {
    return this.#ports.stack.clock
  }

  get random(): Random {
    return this.#ports.random
  }

  get signal(): AbortSignal {
    return this.#ports.signal
  }

  get pace(): Pace | undefined {
    return this.#ports.pace
  }

  get pinned(): boolean {
    return this.#ports.plan.pinned
  }

  get limits(): { readonly settleMillisMax: number } {
    return { settleMillisMax: this.#ports.settleMillisMax }
  }

  get regions(): { readonly primary: RegionName; readonly replica: RegionName } {
    const named = (role: string): RegionName => {
      const region = this.#ports.stack.regions.find((entry) => entry.role === role)
      invariant(region !== undefined, `the stack has no ${role}`)
      return region.name
    }
    return { primary: named('primary'), replica: named('replica') }
  }

  get replicaSignIns(): boolean {
    return this.#ports.replicaSignIns ?? true
  }

  offers(name: OperationFunction): boolean {
    return this.#offered?.has(name) ?? true
  }

  nextId(): OperationId {
    this.#emitted += 1
    if (this.#emitted > this.#ports.plan.limits.operationsMax) {
      throw new LimitError(`more than ${this.#ports.plan.limits.operationsMax} operations`, {
        hint: 'raise limits.operationsMax in the plan',
      })
    }
    return `op${this.#emitted}`
  }

  perform(
    operation: Operation,
    stopped?: () => boolean,
    arrived = false,
  ): Promise<Completion | undefined> {
    // A pinned schedule is one lane: streams that a script starts side by side take turns.
    const lane = this.pinned ? pinnedLane : operation.lane
    if (lane === undefined) return this.#attempt(operation, stopped, arrived)
    const before = this.#lanes.get(lane) ?? Promise.resolve()
    const run = before.then(() => this.#attempt(operation, stopped, arrived))
    // The next of the lane follows whatever became of this one; the caller sees a rejection.
    this.#lanes.set(
      lane,
      run.catch(() => {}),
    )
    return run
  }

  mark(name: MarkName, detail?: string): void {
    this.#ports.recorder.record({
      type: 'mark',
      name,
      ...(detail === undefined ? {} : { detail }),
    })
  }

  step(text: string): void {
    this.#ports.step(text)
  }

  replicationDisturbed(): boolean {
    return this.#ports.recorder.disturbed('replication-disturbed')
  }

  async positionsEqual(): Promise<boolean> {
    const known = await this.positions()
    return known.size === this.#ports.stack.regions.length && new Set(known.values()).size === 1
  }

  async positions(): Promise<ReadonlyMap<RegionName, number>> {
    const known = new Map<RegionName, number>()
    if (this.#ports.stack.positions === 'unknown') {
      await this.clock.sleep(millis(this.#ports.lagMillisMax ?? 0), this.signal)
    }
    for (const region of this.#ports.stack.regions) {
      if ((await region.lifecycle.observe()) !== 'running') continue
      known.set(region.name, (await region.control.status()).position)
    }
    return known
  }

  async #attempt(
    operation: Operation,
    stopped: (() => boolean) | undefined,
    arrived: boolean,
  ): Promise<Completion | undefined> {
    const { recorder, signal, pace } = this.#ports
    await this.#afterItsPredecessor(operation.lane)
    if (pace !== undefined && !arrived) await pace.operation(signal)
    signal.throwIfAborted()
    if (stopped?.()) return undefined
    if (!this.offers(operation.function)) throw lackedFunction(operation)
    const resolved = this.#resolve(operation)
    if (resolved === undefined) return undefined
    this.#ports.onOperation(operation)
    const region = operation.to === 'route' ? this.#ports.route() : operation.to
    const client = this.#clients.get(region)
    invariant(client !== undefined, `${operation.id} is sent to an unknown Region "${region}"`)
    const process = this.#processes.acquire(operation.lane)
    recorder.record(invocation(operation, process, region))
    const deadline = this.#deadlines.begin()
    const attempted = Object.assign({}, operation, { resolved })
    const outcome = await client.perform(attempted, deadline.signal)
    deadline.release()
    recorder.record(answer(operation, process, outcome))
    if (operation.lane !== undefined) this.#laneEnds.set(operation.lane, this.clock.monotonic())
    this.#processes.release(process, operation.lane, outcome.type !== 'info')
    if (outcome.results !== undefined) this.#results.set(operation.id, outcome.results)
    return completion(operation, region, outcome)
  }

  /**
   * Two operations of a lane never share a microsecond: one that begins in the very moment in
   * which the one before it ended would count as concurrent with it.
   */
  async #afterItsPredecessor(lane: string | undefined): Promise<void> {
    if (lane !== undefined && this.#laneEnds.get(lane) === this.clock.monotonic()) {
      await this.clock.sleep(1, this.#ports.signal)
    }
  }

  /** The values of references; undefined if one does not exist. */
  #resolve(operation: Operation): Readonly<Record<string, string>> | undefined {
    const resolved: Record<string, string> = {}
    for (const name in operation.arguments) {
      const argument = operation.arguments[name] as Argument
      if (!isReference(argument)) {
        if (typeof argument === 'string') resolved[name] = argument
        continue
      }
      const value = this.#results.get(argument.from)?.[argument.field]
      if (value === undefined) return undefined
      resolved[name] = value
    }
    return resolved
  }
}

/** Its need was not declared: otherwise the scenario would have been skipped. */
function lackedFunction({ function: name }: Operation): ScenarioError {
  return new ScenarioError(`the script does "${name}", which the target does not offer`, {
    hint: 'name it in needs.functions: the scenario is then skipped where the target lacks it',
  })
}

/** A line that is being written: what may be absent is set, as spreads are slow. */
type Begun<L> = { -readonly [K in keyof Omit<L, 'at'>]: Omit<L, 'at'>[K] }

function answer(operation: Operation, process: number, outcome: Outcome): Begun<CompletionLine> {
  const { type, error, observed, tokens, servedBy } = outcome
  const line: Begun<CompletionLine> = { type, process, operation: operation.id }
  if (error !== undefined) line.error = error
  if (observed !== undefined) line.observed = observed
  if (tokens !== undefined) line.tokens = tokens
  if (servedBy !== undefined) line.servedBy = servedBy
  return line
}

function invocation(operation: Operation, process: number, region: RegionName): Begun<InvokeLine> {
  const { writes, reads, population, retryOf } = operation
  const line: Begun<InvokeLine> = {
    type: 'invoke',
    process,
    operation: operation.id,
    function: operation.function,
    user: operation.user,
    region,
    purpose: operation.purpose,
    arguments: operation.arguments,
  }
  if (writes !== undefined) line.writes = writes
  if (reads !== undefined) line.reads = reads
  if (population !== undefined) line.population = population
  if (retryOf !== undefined) line.retryOf = retryOf
  return line
}

function completion(operation: Operation, region: RegionName, outcome: Outcome): Completion {
  const { type, observed = [], error, results } = outcome
  const done: { -readonly [K in keyof Completion]: Completion[K] } = {
    operation,
    region,
    type,
    observed,
    results: results === undefined ? [] : Object.keys(results),
  }
  if (error !== undefined) done.error = error.code
  if (error?.meaning !== undefined) done.meaning = error.meaning
  return done
}

function isReference(argument: Argument): argument is Reference {
  return typeof argument === 'object' && argument !== null && 'from' in argument
}
