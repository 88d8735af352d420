import type { AnswerMeaning, CompletionLine, MarkName } from '../history/line.ts'
import type { Operation, OperationFunction, OperationId, RegionName } from '../history/operation.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Random } from '../kernel/random.ts'
import type { Pace } from './pace.ts'

/** One recorded attempt. */
export interface Completion {
  readonly operation: Operation
  readonly region: RegionName
  readonly type: CompletionLine['type']
  readonly error?: string
  readonly meaning?: AnswerMeaning
  readonly observed: NonNullable<CompletionLine['observed']>
  /** Names of the results that are at hand in memory: `accessToken`, `session`, … */
  readonly results: readonly string[]
}

/** An operation without its id: the executor numbers operations in the order of emission. */
export type Intent = Omit<Operation, 'id'>

/** What the workload needs of the interpreter. */
export interface Executor {
  /** The id that the next emitted operation gets. */
  nextId(): OperationId
  /**
   * Emits and performs one operation after the others of its lane. Undefined if it was never
   * sent: an earlier result that it needs does not exist, or its traffic was stopped.
   *
   * @param arrived - It has its turn of the pace already, by the arrival that brought it.
   */
  perform(
    operation: Operation,
    stopped?: () => boolean,
    arrived?: boolean,
  ): Promise<Completion | undefined>
  mark(name: MarkName, detail?: string): void
  /** True if each Region runs and has applied all that the primary made durable. */
  positionsEqual(): Promise<boolean>
  /** The position of each Region that runs, by name. */
  positions(): Promise<ReadonlyMap<RegionName, number>>
  /** True while a fault that disturbs replication is in force. */
  replicationDisturbed(): boolean
  /** Plain words for people who wait. */
  step(text: string): void
  /** False where a replica serves no sign-in, so that what one shows is not read there. */
  readonly replicaSignIns?: boolean
  /** Whether the system offers this function; absent: it offers all. */
  offers?(name: OperationFunction): boolean
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  /** Undefined where the target declares none: then nobody waits for a turn. */
  readonly pace?: Pace | undefined
  /** One process, one operation at a time. */
  readonly pinned: boolean
  readonly regions: { readonly primary: RegionName; readonly replica: RegionName }
  readonly limits: { readonly settleMillisMax: number }
}

/** Whether users come to be in the run; otherwise it uses accounts that exist already. */
export function createsUsers(executor: Executor): boolean {
  return offers(executor, 'sign-up') || offers(executor, 'admin-create-user')
}

/** Whether the system behind an executor offers a function. */
export function offers(executor: Executor, name: OperationFunction): boolean {
  return executor.offers?.(name) ?? true
}
