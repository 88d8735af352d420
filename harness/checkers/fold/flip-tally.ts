import type { SessionUse } from './session-uses.ts'

/** [low, high] of a share of users, with the users that it rests on. */
export interface Share {
  readonly low: number
  readonly high: number
  readonly users: number
}

/** What became of the sessions of users at one flip: by user, the worst that is certain. */
export class FlipTally {
  readonly #users = new Map<string, 'unknown' | 'kept' | 'forced'>()

  take({ attempt, outcome }: Pick<SessionUse, 'attempt' | 'outcome'>): void {
    const { user } = attempt.invoke
    const known = this.#users.get(user)
    if (known === 'forced' || outcome === 'ended-by-change') return
    if (outcome === 'ended') this.#users.set(user, 'forced')
    else if (outcome === 'went-on') this.#users.set(user, 'kept')
    else if (known === undefined) this.#users.set(user, 'unknown')
  }

  *users(): Generator<readonly [user: string, became: 'unknown' | 'kept' | 'forced']> {
    yield* this.#users
  }

  /** The share that had to sign in again; undefined where no session was used. */
  get share(): Share | undefined {
    const users = this.#users.size
    if (users === 0) return undefined
    let forced = 0
    let unknown = 0
    for (const became of this.#users.values()) {
      if (became === 'forced') forced += 1
      if (became === 'unknown') unknown += 1
    }
    return { low: forced / users, high: (forced + unknown) / users, users }
  }
}

/** The worst share of several flips. */
export function worstShare(worst: Share | undefined, share: Share | undefined): Share | undefined {
  if (worst === undefined || share === undefined) return worst ?? share
  return {
    low: Math.max(worst.low, share.low),
    high: Math.max(worst.high, share.high),
    users: worst.users + share.users,
  }
}
