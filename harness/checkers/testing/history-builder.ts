import {
  type AnswerMeaning,
  type CompletionLine,
  type EventLine,
  type FaultEffect,
  type FaultLine,
  type FaultPhase,
  type HeaderLine,
  historyFormat,
  type InvokeLine,
  type MarkName,
  type TokenObservation,
} from '../../history/line.ts'
import type { MomentName } from '../../history/moment.ts'
import type {
  Argument,
  OperationFunction,
  Purpose,
  RegionName,
  RegisterName,
  RegisterValue,
  RegisterWrite,
} from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'

export const primary = 'us-east-1'
export const replica = 'eu-west-1'

/** A header whose declared lag is 100 ms and whose settle bound is 10 s. */
export function headerOf(scenario: string, more: Partial<HeaderLine> = {}): HeaderLine {
  return {
    type: 'header',
    format: historyFormat,
    scenario,
    claim: 'A history made by hand.',
    requirements: ['FS-36'],
    seed: 1,
    target: 'reference',
    model: true,
    regions: [
      { name: primary, role: 'primary' },
      { name: replica, role: 'replica' },
    ],
    declared: { lagMillisMax: 100, settleMillisMax: 10_000, clockSkewMillisMax: 0 },
    pinned: false,
    ...more,
  }
}

/** What is said of an operation; the rest has defaults. */
export interface OperationOptions {
  readonly function?: OperationFunction
  readonly region?: RegionName
  readonly purpose?: Purpose
  readonly process?: number
  readonly writes?: readonly RegisterWrite[]
  readonly reads?: readonly RegisterName[]
  readonly arguments?: Readonly<Record<string, Argument>>
  readonly population?: string
  readonly retryOf?: string
}

/** What an operation came to. */
export interface AnswerOptions {
  readonly type?: CompletionLine['type']
  readonly code?: string
  readonly meaning?: AnswerMeaning
  /** Who answers has a status; a broken connection has none. */
  readonly status?: number
  readonly observed?: Readonly<Record<RegisterName, RegisterValue>>
  readonly tokens?: readonly TokenObservation[]
  /** The Region behind a router. */
  readonly servedBy?: RegionName
}

/** Writes histories line by line; time passes by `wait` and by 1 ms for each line. */
export class HistoryBuilder {
  readonly lines: EventLine[] = []
  #at = 0
  #operations = 0
  readonly #open = new Map<string, number>()

  get now(): number {
    return this.#at
  }

  wait(millis: number): this {
    this.#at += millis * 1_000
    return this
  }

  /** The id that the next operation gets. */
  get nextId(): string {
    return `op${this.#operations + 1}`
  }

  invoke(user: string, options: OperationOptions = {}): string {
    this.#operations += 1
    const operation = `op${this.#operations}`
    const process = options.process ?? 0
    this.#open.set(operation, process)
    const line: InvokeLine = {
      type: 'invoke',
      at: this.#tick(),
      process,
      operation,
      function: options.function ?? 'read-user',
      user,
      region: options.region ?? primary,
      purpose: options.purpose ?? 'workload',
      arguments: options.arguments ?? {},
      ...(options.writes === undefined ? {} : { writes: options.writes }),
      ...(options.reads === undefined ? {} : { reads: options.reads }),
      ...(options.population === undefined ? {} : { population: options.population }),
      ...(options.retryOf === undefined ? {} : { retryOf: options.retryOf }),
    }
    this.lines.push(line)
    return operation
  }

  complete(operation: string, answer: AnswerOptions = {}): void {
    const process = this.#open.get(operation) ?? 0
    this.#open.delete(operation)
    const observed = Object.entries(answer.observed ?? {})
    this.lines.push({
      type: answer.type ?? 'ok',
      at: this.#tick(),
      process,
      operation,
      ...errorOf(answer),
      ...(observed.length === 0
        ? {}
        : { observed: observed.map(([register, value]) => ({ register, value })) }),
      ...(answer.tokens === undefined ? {} : { tokens: answer.tokens }),
      ...(answer.servedBy === undefined ? {} : { servedBy: answer.servedBy }),
    })
  }

  /** An operation and its answer, with 4 ms between them. */
  perform(user: string, options: OperationOptions = {}, answer: AnswerOptions = {}): string {
    const operation = this.invoke(user, options)
    this.wait(3)
    this.complete(operation, answer)
    return operation
  }

  /** An acknowledged write of an attribute; its value is its id. */
  write(user: string, attribute = 'nickname', answer: AnswerOptions = {}): string {
    const register = `${user}/attribute:${attribute}`
    const value = this.nextId
    const writes = [{ register, value }]
    return this.perform(user, { function: 'update-attribute', writes }, answer)
  }

  /** A sign-up: existence and password. */
  signUp(user: string): string {
    const value = this.nextId
    const writes = [
      { register: `${user}/existence`, value },
      { register: `${user}/password`, value },
    ]
    return this.perform(user, { function: 'sign-up', writes })
  }

  deleteUser(user: string): string {
    const writes = [{ register: `${user}/existence`, value: 'deleted' }]
    return this.perform(user, { function: 'delete-user', writes })
  }

  read(
    user: string,
    region: RegionName,
    purpose: Purpose,
    observed: Readonly<Record<RegisterName, RegisterValue>>,
    process = 0,
  ): string {
    const options = { region, purpose, process, reads: Object.keys(observed) }
    return this.perform(user, options, { observed })
  }

  fault(
    fault: string,
    phase: FaultPhase,
    effects: readonly FaultEffect[] = lossOfPrimary,
    kind = 'region-loss',
  ): this {
    const at = this.#tick()
    const line: FaultLine = { type: 'fault', at, fault, kind, phase, parameters: {}, effects }
    this.lines.push(line)
    return this
  }

  /** Applies and verifies a fault, 10 ms apart. */
  strike(fault: string, effects: readonly FaultEffect[] = lossOfPrimary): this {
    return this.fault(fault, 'apply', effects).wait(10).fault(fault, 'verified', effects)
  }

  heal(fault: string, effects: readonly FaultEffect[] = lossOfPrimary): this {
    return this.fault(fault, 'heal', effects).wait(10).fault(fault, 'heal-verified', effects)
  }

  route(region: RegionName, previous: RegionName | null): this {
    this.lines.push({ type: 'route', at: this.#tick(), region, previous })
    return this
  }

  /** What people mark; it was so long ago. */
  moment(moment: MomentName, agoMillis = 0): this {
    const elapsed = agoMillis * 1_000
    const at = this.#tick()
    this.lines.push({ type: 'mark', at, name: 'moment', moment, detail: moment, elapsed })
    return this
  }

  mark(name: MarkName): this {
    this.lines.push({ type: 'mark', at: this.#tick(), name })
    return this
  }

  /** Wall clocks were moved on by so many microseconds. */
  travel(travelled: Micros): this {
    this.lines.push({ type: 'mark', at: this.#tick(), name: 'time-travelled', travelled })
    return this
  }

  jwks(region: RegionName, snapshot: string, ...keyIds: readonly string[]): this {
    const keys = keyIds.map((keyId) => ({ keyId, algorithm: 'RS256' }))
    this.lines.push({ type: 'jwks', at: this.#tick(), region, snapshot, keys })
    return this
  }

  harness(eventLoopDelayMicrosMax: number, limitMicros: number): this {
    this.lines.push({ type: 'harness', at: this.#tick(), eventLoopDelayMicrosMax, limitMicros })
    return this
  }

  end(reason: 'complete' | 'interrupted' | 'error' = 'complete'): readonly EventLine[] {
    this.lines.push({ type: 'end', at: this.#tick(), reason })
    return this.lines
  }

  #tick(): number {
    this.#at += 1_000
    return this.#at
  }
}

function errorOf({ code, meaning, status }: AnswerOptions): Pick<CompletionLine, 'error'> {
  if (code === undefined && meaning === undefined) return {}
  const said = {
    ...(meaning === undefined ? {} : { meaning }),
    ...(status === undefined ? {} : { status }),
  }
  return { error: { ...said, code: code ?? 'refused' } }
}

/** The primary cannot acknowledge and sends nothing. */
export const lossOfPrimary: readonly FaultEffect[] = [
  { effect: 'region-unavailable', region: primary },
  { effect: 'replication-disturbed', region: replica },
]

/** Replication is held. */
export const heldReplication: readonly FaultEffect[] = [
  { effect: 'replication-disturbed', region: replica },
]
