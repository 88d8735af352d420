import type { EventLine, InvokeLine } from '../history/line.ts'
import type { OperationFunction } from '../history/operation.ts'
import { anySignal } from '../kernel/any-signal.ts'
import type { Clock } from '../kernel/clock.ts'
import { LimitError } from '../kernel/errors.ts'
import type { Micros } from '../kernel/time.ts'
import type { Condition } from '../scenario/context.ts'

interface Waiter {
  readonly condition: Exclude<Condition, { kind: 'elapsed' }>
  seen: number
  resolve(): void
}

/** Tells when a condition on the history holds: fed with every line as it is recorded. */
export class ConditionWatch {
  readonly #clock: Clock
  readonly #waiters = new Set<Waiter>()
  readonly #open = new Map<string, OperationFunction>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Takes the next line of the history. Only operations of the workload count. */
  observe(line: EventLine): void {
    if (line.type === 'invoke') {
      if (counts(line)) this.#open.set(line.operation, line.function)
      return
    }
    if (line.type !== 'ok' && line.type !== 'fail' && line.type !== 'info') return
    const fn = this.#open.get(line.operation)
    if (fn === undefined) return
    this.#open.delete(line.operation)
    for (const waiter of this.#waiters) {
      if (!matches(waiter.condition, line.type, fn)) continue
      waiter.seen += 1
      if (waiter.seen < waiter.condition.count) continue
      this.#waiters.delete(waiter)
      waiter.resolve()
    }
  }

  /**
   * Resolves when the condition holds, counted from this call.
   *
   * @throws LimitError if it does not within `within`.
   */
  async wait(condition: Condition, within: Micros, signal: AbortSignal): Promise<void> {
    if (condition.kind === 'elapsed') return this.#clock.sleep(condition.duration, signal)
    if (condition.count <= 0) return
    const done = new AbortController()
    let waiter: Waiter | undefined
    const held = new Promise<'held'>((resolve) => {
      waiter = { condition, seen: 0, resolve: () => resolve('held') }
      this.#waiters.add(waiter)
    })
    const expired = this.#clock.sleep(within, anySignal(signal, done.signal)).then(
      () => 'expired' as const,
      () => 'aborted' as const,
    )
    const outcome = await Promise.race([held, expired])
    done.abort()
    if (waiter !== undefined) this.#waiters.delete(waiter)
    signal.throwIfAborted()
    if (outcome === 'held') return
    throw new LimitError(
      `a scenario waited ${within / 1_000} ms for ${describe(condition)}, which never came`,
      { hint: 'give the traffic a higher rate, or wait for less' },
    )
  }
}

function counts(line: InvokeLine): boolean {
  return line.purpose === 'workload'
}

function matches(
  condition: Waiter['condition'],
  type: 'ok' | 'fail' | 'info',
  fn: OperationFunction,
): boolean {
  if (condition.kind === 'completed') return true
  return type === 'ok' && (condition.function === undefined || condition.function === fn)
}

function describe(condition: Waiter['condition']): string {
  if (condition.kind === 'completed') return `${condition.count} completed operations`
  return `${condition.count} acknowledged ${condition.function ?? 'operations'}`
}
