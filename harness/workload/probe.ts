import { type Micros, millis, seconds } from '../kernel/time.ts'
import type { Probe } from '../scenario/context.ts'
import { checkCount, checkWait } from './arguments.ts'
import type { Completion, Executor } from './executor.ts'
import { signIn } from './intents.ts'
import { OpenArrivals } from './open-arrivals.ts'
import { newestPassword, type Users } from './users.ts'

const healthPollMicros = millis(5)
/** Pinned: so many attempts one after the other, then it is not healthy. */
const pinnedAttemptsMax = 60

/** Sign-ins of users of their own, at open arrivals, on the clients' route. */
export class AvailabilityProbe implements Probe {
  readonly #executor: Executor
  readonly #users: Users
  readonly #names: readonly string[]
  readonly #arrivals: OpenArrivals
  readonly #ratePerSecond: number
  #sent = 0
  #row = 0

  constructor(executor: Executor, users: Users, names: readonly string[], ratePerSecond: number) {
    this.#executor = executor
    this.#users = users
    this.#names = names
    this.#ratePerSecond = ratePerSecond
    this.#arrivals = new OpenArrivals(executor, seconds(1) / ratePerSecond, (stopped) =>
      this.#probeOnce(stopped),
    )
  }

  async untilHealthy(count: number, within: Micros): Promise<boolean> {
    checkCount('untilHealthy.count', count, Number.MAX_SAFE_INTEGER)
    checkWait('untilHealthy.within', within)
    this.#row = 0
    const { clock, signal, pace, pinned } = this.#executor
    if (pinned) {
      for (let attempt = 0; attempt < pinnedAttemptsMax && this.#row < count; attempt += 1) {
        if (pace !== undefined) await pace.arrival(signal)
        await this.#probeOnce(this.#arrivals.stopped)
      }
      return this.#row >= count
    }
    const longer = pace?.longer(count, this.#ratePerSecond) ?? 0
    const deadline = clock.monotonic() + within + longer
    while (this.#row < count && clock.monotonic() < deadline) {
      await clock.sleep(healthPollMicros, signal)
    }
    return this.#row >= count
  }

  stop(): Promise<void> {
    return this.#arrivals.stop()
  }

  async #probeOnce(stopped: () => boolean): Promise<void> {
    this.#sent += 1
    const name = this.#names[this.#sent % this.#names.length] ?? ''
    const user = this.#users.get(name)
    const label = user === undefined ? undefined : newestPassword(user)
    if (label === undefined) return
    const intent = signIn(this.#executor.nextId(), name, label, { to: 'route', purpose: 'probe' })
    const { lane: _, ...open } = intent
    this.#count(await this.#executor.perform(open, stopped, true))
  }

  #count(done: Completion | undefined): void {
    if (done === undefined) return
    this.#row = done.type === 'ok' ? this.#row + 1 : 0
  }
}
