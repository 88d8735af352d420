import type { MarkName } from '../../history/line.ts'
import type { Operation } from '../../history/operation.ts'
import type { Clock } from '../../kernel/clock.ts'
import { LimitError } from '../../kernel/errors.ts'
import { keyedRandom } from '../../kernel/random.ts'
import type { Completion, Executor } from '../executor.ts'

/** What an operation comes to: a completion, nothing because it was not sent, or no end at all. */
export type Answer = Pick<Completion, 'type'> & Partial<Completion>

/** An executor whose answers the test decides: the workload alone is under test. */
export interface ScriptedExecutor extends Executor {
  readonly emitted: readonly Operation[]
  readonly marks: readonly string[]
}

export interface ScriptedOptions {
  readonly clock: Clock
  readonly signal?: AbortSignal
  readonly pinned?: boolean
  readonly seed?: number
  readonly settleMillisMax?: number
  /** More are refused, as the limit of a plan refuses them. */
  readonly operationsMax?: number
  /** Default: everything is acknowledged at once, and sign-ins bring tokens. */
  readonly answer?: (operation: Operation) => Answer | Promise<Answer | undefined> | undefined
  readonly positionsEqual?: () => boolean
  readonly replicationDisturbed?: boolean
}

/** Everything is acknowledged; sign-ins have tokens. */
export function acknowledge(operation: Operation): Answer {
  const results = operation.function === 'sign-in' ? ['accessToken', 'refreshToken'] : []
  return { type: 'ok', results }
}

export function scriptedExecutor(options: ScriptedOptions): ScriptedExecutor {
  const { clock, answer = acknowledge, pinned = false, seed = 7 } = options
  const emitted: Operation[] = []
  const marks: string[] = []
  let ids = 0
  return {
    ...{ emitted, marks, clock, pinned },
    random: keyedRandom(seed),
    signal: options.signal ?? new AbortController().signal,
    regions: { primary: 'us-east-1', replica: 'us-west-2' },
    limits: { settleMillisMax: options.settleMillisMax ?? 10_000 },
    nextId: () => {
      ids += 1
      if (ids > (options.operationsMax ?? Number.POSITIVE_INFINITY)) throw new LimitError('enough')
      return `op${ids}`
    },
    perform: async (operation, stopped) => {
      if (stopped?.()) return undefined
      emitted.push(operation)
      const answered = await answer(operation)
      if (answered === undefined) return undefined
      const region = operation.to === 'route' ? 'us-east-1' : operation.to
      return { operation, region, observed: [], results: [], ...answered }
    },
    mark: (name: MarkName) => marks.push(name),
    step: () => {},
    positionsEqual: async () => options.positionsEqual?.() ?? true,
    positions: async () => new Map([['us-east-1', 0]]),
    replicationDisturbed: () => options.replicationDisturbed ?? false,
  }
}
