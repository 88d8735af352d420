import type { Purpose, RegionName, RegisterName, RegisterValue } from '../history/operation.ts'
import { registerName } from '../history/operation.ts'
import { type Completion, type Executor, offers } from './executor.ts'
import { type Course, readUser, refresh, signIn } from './intents.ts'
import { sideBySide } from './side-by-side.ts'
import { passwordCandidates, readableRegisters, type UserState, type Users } from './users.ts'

/** What one full sweep of a Region showed; a register that could not be read is not in it. */
export type SweepView = ReadonlyMap<RegisterName, RegisterValue>

/** A Region is read, not attacked. */
const usersAtOnce = 6

/**
 * So many wrong tries in a row per user and Region over all sweeps of a run: a fifth failure would
 * lock the user, and the probe would be the cause of what it finds. A right one begins anew, there
 * as here.
 */
const wrongTriesMax = 4

/** While Regions settle, one try is kept for the final read, which has to see the truth. */
const wrongTriesSettlingMax = 3

/** Reads every register written in the run. */
export class Sweeper {
  readonly #executor: Executor
  readonly #users: Users
  readonly #wrongTries = new Map<string, number>()

  constructor(executor: Executor, users: Users) {
    this.#executor = executor
    this.#users = users
  }

  /** Users side by side (one after the other when pinned), the reads of one user in order. */
  async sweep(region: RegionName, purpose: Purpose): Promise<SweepView> {
    const view = new Map<RegisterName, RegisterValue>()
    const course: Course = { to: region, purpose }
    const users = this.#users.all().filter((user) => user.registers.size > 0)
    const width = this.#executor.pinned ? 1 : usersAtOnce
    await sideBySide(users, width, (user) => this.#readAll(user, course, view))
    return view
  }

  async #readAll(
    user: UserState,
    course: Course,
    view: Map<RegisterName, RegisterValue>,
  ): Promise<void> {
    const executor = this.#executor
    if (offers(executor, 'read-user')) {
      const shown = await executor.perform(
        readUser(executor.nextId(), user.name, readableRegisters(user), course),
      )
      take(shown, view)
      const exists = view.get(registerName(user.name, 'existence'))
      if (exists === null || exists === undefined) return
    }
    if (readsPassword(user, course)) {
      await this.#readPassword(user, course, view)
    }
    if (!user.disabled && !user.deleted && offers(executor, 'refresh')) {
      for (const family of user.revoked) {
        take(
          await executor.perform(refresh(executor.nextId(), user.name, family, course, true)),
          view,
        )
      }
    }
  }

  async #readPassword(
    user: UserState,
    course: Course,
    view: Map<RegisterName, RegisterValue>,
  ): Promise<void> {
    const key = `${user.name} ${course.to}`
    const triesMax = course.purpose === 'settle-read' ? wrongTriesSettlingMax : wrongTriesMax
    for (const label of passwordCandidates(user)) {
      const tries = this.#wrongTries.get(key) ?? 0
      if (tries >= triesMax) return
      const done = await this.#executor.perform(
        signIn(this.#executor.nextId(), user.name, label, course, true),
      )
      take(done, view)
      if (done?.type === 'ok') this.#wrongTries.delete(key)
      // An attempt without an answer may have been looked at.
      if (done?.error === 'wrong-password' || done?.type === 'info') {
        this.#wrongTries.set(key, tries + 1)
      }
      if (done?.error !== 'wrong-password') return
    }
  }
}

/**
 * A refusal of a disabled or deleted user says nothing of the password. While Regions settle, the
 * password of the creation is not tried again and again: it came with the account in one change.
 */
function readsPassword(user: UserState, course: Course): boolean {
  if (user.disabled || user.deleted || user.factor) return false
  if (!user.registers.has(registerName(user.name, 'password'))) return false
  return course.purpose !== 'settle-read' || user.passwords.length > 1
}

function take(done: Completion | undefined, view: Map<RegisterName, RegisterValue>): void {
  for (const { register, value } of done?.observed ?? []) view.set(register, value)
}

/** True if two sweeps saw the same values and could read the same registers. */
export function sameViews(a: SweepView, b: SweepView): boolean {
  if (a.size !== b.size) return false
  for (const [register, value] of a) if (b.get(register) !== value) return false
  return true
}
