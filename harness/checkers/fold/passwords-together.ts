import type { RouteLine } from '../../history/line.ts'
import type { RegionName } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import type { HistoryFold } from './history-fold.ts'
import { isSilent } from './refusals.ts'
import type { Use } from './uses.ts'

/** Numbers of one entry: `end` of a sign-in, `inv` of the write of its password. */
const width = 2
/** Lists longer than this are cleared of what can no longer matter. */
const pruneAbove = 8 * width

/**
 * Moments at which an old and a new password of one user work in one Region after the switch of the
 * route: the newer was accepted, and the older after it.
 */
export class PasswordsTogether {
  readonly #fold: HistoryFold
  readonly #accepted = new Map<RegionName, Map<string, number[]>>()
  #switchedAt: Micros | undefined
  count = 0
  samples = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
    for (const { name } of fold.header.regions) this.#accepted.set(name, new Map())
  }

  onRoute({ at, region, previous }: RouteLine): void {
    if (previous !== null && previous !== region) this.#switchedAt ??= at
  }

  /** True if an older password was accepted after a newer one. */
  take({ attempt, node, way, label, accepted, meaning }: Use): boolean {
    const { invoke, inv, end } = attempt
    if (way !== 'sign-in' || label === undefined || !(inv > (this.#switchedAt ?? Infinity))) {
      return false
    }
    const users = this.#accepted.get(node)
    const register = this.#fold.registers
      .user(invoke.user)
      ?.registers.find(({ kind }) => kind === 'password')
    const position = register && this.#fold.registers.position(register, label)
    if (users === undefined || position === undefined) return false
    const front = users.get(invoke.user) ?? []
    const isOlder = newestBefore(front, inv) > position.latest
    const isAnswered = accepted === true || (accepted === false && !isSilent(meaning))
    if (isOlder && isAnswered) this.samples += 1
    if (accepted !== true) return false
    if (isOlder) this.count += 1
    if (front.length === 0) users.set(invoke.user, front)
    this.#remember(front, end, position.earliest)
    return isOlder
  }

  #remember(front: number[], end: Micros, written: Micros): void {
    if (front.length > 0 && written <= (front.at(-1) as number)) return
    if (front.length >= pruneAbove) {
      const oldest = this.#fold.oldestInvocation()
      let dropped = 0
      while (dropped + width < front.length && (front[dropped + width] as number) < oldest) {
        dropped += width
      }
      front.splice(0, dropped)
    }
    front.push(end, written)
  }
}

/** The newest password that had been accepted before a moment, by the `inv` of its write. */
function newestBefore(front: readonly number[], time: Micros): Micros {
  for (let place = front.length - width; place >= 0; place -= width) {
    if ((front[place] as number) < time) return front[place + 1] as number
  }
  return -Infinity
}
