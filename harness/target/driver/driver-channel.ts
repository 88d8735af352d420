import type { Clock } from '../../kernel/clock.ts'
import { type Micros, millis } from '../../kernel/time.ts'
import type { RunningProgram } from '../program.ts'
import { boundedLines } from './bounded-lines.ts'
import { parseAnswer } from './parse-answer.ts'
import { type DriverAnswer, driverLimits, type Unnumbered } from './protocol.ts'

/** How long a driver whose output ended may take to be gone. */
const exitDurationMax: Micros = millis(500)

/** What became of a request. */
export type Reply =
  | { readonly kind: 'answer'; readonly answer: DriverAnswer }
  /** Its deadline passed: it may have done anything. */
  | { readonly kind: 'late' }
  /** The driver ended while it was asked. */
  | { readonly kind: 'gone' }
  /** The driver had ended before: it was never asked. */
  | { readonly kind: 'unasked' }

/** How a driver ended that nobody had asked to go. */
export interface DriverEnd {
  /** `exit code 1`, `SIGKILL`, or the rule that it broke. */
  readonly how: string
  /** Present where it was ended because it broke a rule. */
  readonly by?: 'harness'
}

export interface DriverChannelOptions {
  readonly program: RunningProgram
  readonly clock: Clock
  /** Called once, at the very moment; after it the driver answers nothing any more. */
  readonly onEnd?: (end: DriverEnd) => void
}

/**
 * The conversation with one driver. Whoever breaks a rule once is ended: what it said before it can
 * no longer be told from what it made up.
 */
export class DriverChannel {
  readonly #options: DriverChannelOptions
  readonly #open = new Map<number, (reply: Reply) => void>()
  readonly #late = new Set<number>()
  #nextId = 1
  #end: DriverEnd | undefined
  #leaving: Promise<boolean> | undefined

  constructor(options: DriverChannelOptions) {
    this.#options = options
    const { program } = options
    const { lineBytesMax } = driverLimits
    const lines = boundedLines(lineBytesMax, (line) => this.#take(line))
    program.output.on('data', (bytes: Uint8Array) => {
      if (this.#isOver || lines.push(bytes)) return
      this.blame(`wrote a line of more than ${lineBytesMax} bytes`)
    })
    program.output.on('end', () => void this.#afterOutput())
    // What it wrote before it died is read first.
    void program.exited.then(async (how) => {
      await program.lastWords()
      this.#finish({ how })
    })
  }

  /** How it ended by itself or by a rule; undefined while it is to be believed. */
  get end(): DriverEnd | undefined {
    return this.#end
  }

  /** Asks, and waits until it answers, ends, or `signal` aborts. */
  ask(request: Unnumbered, signal: AbortSignal): Promise<Reply> {
    if (this.#isOver) return Promise.resolve({ kind: 'unasked' })
    const unanswered = this.#open.size + this.#late.size
    if (unanswered >= driverLimits.unansweredMax) {
      this.blame(`left ${unanswered} requests without an answer`)
      return Promise.resolve({ kind: 'unasked' })
    }
    const id = this.#nextId
    this.#nextId += 1
    return new Promise((resolve) => {
      const onAbort = (): void => {
        if (!this.#open.delete(id)) return
        this.#late.add(id)
        resolve({ kind: 'late' })
      }
      this.#open.set(id, (reply) => {
        signal.removeEventListener('abort', onAbort)
        resolve(reply)
      })
      this.#options.program.input.write(`${JSON.stringify({ id, ...request })}\n`)
      if (signal.aborted) onAbort()
      else signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** It broke this rule: it is ended. */
  blame(rule: string): void {
    if (this.#isOver) return
    this.#finish({ how: rule, by: 'harness' })
    void this.#options.program.kill().catch(() => {})
  }

  /** Ends its input, waits a little, then ends it; true if it went by itself. */
  close(): Promise<boolean> {
    this.#leaving ??= this.#leave()
    return this.#leaving
  }

  get #isOver(): boolean {
    return this.#end !== undefined || this.#leaving !== undefined
  }

  async #leave(): Promise<boolean> {
    const { program } = this.#options
    this.#dropOpen()
    program.input.end()
    const wentByItself = await this.#isGoneWithin(millis(driverLimits.farewellMillisMax))
    await program.kill()
    return wentByItself
  }

  async #isGoneWithin(duration: Micros): Promise<boolean> {
    const settled = new AbortController()
    const late = this.#options.clock.sleep(duration, settled.signal).then(
      () => false,
      () => false,
    )
    const gone = this.#options.program.exited.then(() => true)
    return Promise.race([gone, late]).finally(() => settled.abort())
  }

  /** Nobody can hear it any more, so it might as well have died. */
  async #afterOutput(): Promise<void> {
    if (await this.#isGoneWithin(exitDurationMax)) return
    this.blame('closed its standard output')
  }

  #finish(end: DriverEnd): void {
    if (this.#isOver) return
    this.#end = end
    this.#dropOpen()
    this.#options.onEnd?.(end)
  }

  #dropOpen(): void {
    const waiting = [...this.#open.values()]
    this.#open.clear()
    this.#late.clear()
    for (const resolve of waiting) resolve({ kind: 'gone' })
  }

  #take(line: string): void {
    if (this.#isOver) return
    const parsed = parseAnswer(line)
    if ('broken' in parsed) {
      this.blame(parsed.broken)
      return
    }
    const { id } = parsed.answer
    const waiting = this.#open.get(id)
    if (waiting !== undefined) {
      this.#open.delete(id)
      waiting({ kind: 'answer', answer: parsed.answer })
      return
    }
    // The operation is unknown by then and stays so, whatever the driver says of it now.
    if (this.#late.delete(id)) return
    this.blame(
      id < this.#nextId ? `answered request ${id} twice` : `answered request ${id}: nobody asked`,
    )
  }
}
