import type { Micros } from '../../kernel/time.ts'
import { defineToxic, type StreamItem, type ToxicContext, type ToxicStage } from './toxic.ts'

/**
 * Swallows bytes and closes the connection `timeout` milliseconds after it met it; with 0 it only
 * swallows. Its removal closes the connections whose bytes it took, as in Toxiproxy.
 */
export const timeoutToxic = defineToxic({
  type: 'timeout',
  summary: 'Swallows bytes and closes the connection after a timeout',
  origin: 'toxiproxy',
  attributes: { timeout: { unit: 'ms', min: 0, initial: 0 } },
  begin: (context) => new TimeoutStage(context),
})

class TimeoutStage implements ToxicStage {
  readonly heldBytes = 0
  readonly #context: ToxicContext<'timeout'>
  #ending: StreamItem | undefined
  #over = false

  constructor(context: ToxicContext<'timeout'>) {
    this.#context = context
  }

  accepts(): boolean {
    return true
  }

  push(item: StreamItem): void {
    if (item.kind !== 'data') this.#ending = item
  }

  pull(now: Micros): StreamItem | undefined {
    const due = this.dueAt()
    if (due === undefined || due > now) return undefined
    const ending = this.#ending ?? { kind: 'close' }
    this.#over = true
    this.#ending = undefined
    return ending
  }

  dueAt(): Micros | undefined {
    if (this.#ending !== undefined) return this.#context.begunAt
    const timeout = this.#context.attribute('timeout')
    return timeout === 0 || this.#over ? undefined : this.#context.begunAt + timeout * 1_000
  }

  remove(): readonly StreamItem[] {
    return this.#over ? [] : [{ kind: 'close' }]
  }
}
