import type { Micros } from '../../kernel/time.ts'
import { defineToxic, type StreamItem, type ToxicContext, type ToxicStage } from './toxic.ts'

/**
 * Resets both sides `timeout` milliseconds after the first bytes (or the end) of a connection, and
 * swallows what comes until then. An idle connection is left alone, as in Toxiproxy.
 */
export const resetPeerToxic = defineToxic({
  type: 'reset_peer',
  summary: 'Resets the connection after a timeout',
  origin: 'toxiproxy',
  attributes: { timeout: { unit: 'ms', min: 0, initial: 0 } },
  begin: (context) => new ResetPeerStage(context),
})

class ResetPeerStage implements ToxicStage {
  readonly heldBytes = 0
  readonly #context: ToxicContext<'timeout'>
  #firstAt: Micros | undefined
  #over = false

  constructor(context: ToxicContext<'timeout'>) {
    this.#context = context
  }

  accepts(): boolean {
    return true
  }

  push(_item: StreamItem, now: Micros): void {
    this.#firstAt ??= now
  }

  pull(now: Micros): StreamItem | undefined {
    const due = this.dueAt()
    if (due === undefined || due > now) return undefined
    this.#over = true
    return { kind: 'abort' }
  }

  dueAt(): Micros | undefined {
    if (this.#firstAt === undefined || this.#over) return undefined
    return this.#firstAt + this.#context.attribute('timeout') * 1_000
  }

  remove(): readonly StreamItem[] {
    // Bytes were swallowed: the connection cannot go on as if nothing had happened.
    return this.#firstAt === undefined || this.#over ? [] : [{ kind: 'abort' }]
  }
}
