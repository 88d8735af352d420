import type { RegisterKind } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import type { WithdrawalKind } from './withdrawal.ts'

/** What can be given back after it was taken away: an account, its use, a place in a group. */
export interface Scope {
  /** Takings that were sent and not refused. */
  taken: number
  /** Givings that were sent and not refused, those under way, and those that nobody knows of. */
  givings: number
  openGivings: number
  unknownGivings: number
  /** Latest `end` of a giving that may have undone a taking; ∞ for an unknown one. */
  givenUntil: Micros
  /** Something was taken and given back: a refusal may stem from then. */
  unclear: boolean
}

/** The scope in which an account itself is taken and given. */
export const accountScope = 'existence'

/** The scope of a register; undefined where nothing is ever given back. */
export function scopeOfRegister(kind: RegisterKind, detail = ''): string | undefined {
  if (kind === 'existence' || kind === 'enabled') return kind
  return kind === 'group' ? `group:${detail}` : undefined
}

/** The scope of a change, beside that of the account. */
export function scopeOfWithdrawal(kind: WithdrawalKind, key: string): string | undefined {
  if (kind === 'delete') return accountScope
  if (kind === 'disable') return 'enabled'
  return kind === 'group' ? `group:${key}` : undefined
}

/** The scopes of one user. */
export class Scopes {
  readonly #scopes = new Map<string, Scope>()

  get(name: string): Scope | undefined {
    return this.#scopes.get(name)
  }

  send(name: string, takes: boolean): void {
    const scope = this.#ensure(name)
    if (takes) scope.taken += 1
    else {
      scope.givings += 1
      scope.openGivings += 1
    }
  }

  refuse(name: string, takes: boolean): void {
    const scope = this.#ensure(name)
    if (takes) scope.taken -= 1
    else {
      scope.givings -= 1
      scope.openGivings -= 1
    }
  }

  /**
   * Something was given, certainly or perhaps (`end` = ∞).
   *
   * @returns Whether it may have undone a taking.
   */
  give(name: string, end: Micros): boolean {
    const scope = this.#ensure(name)
    scope.openGivings -= 1
    if (end === Infinity) scope.unknownGivings += 1
    // Of two accounts, one that nobody knows of may come after a delete that is still to be sent.
    const mayComeLater =
      name === accountScope && scope.givings > 1 && scope.unknownGivings > 0 ? Infinity : end
    const undoes = scope.taken > 0
    if (undoes || mayComeLater === Infinity || name !== accountScope) {
      scope.givenUntil = Math.max(scope.givenUntil, mayComeLater)
    }
    if (undoes) scope.unclear = true
    return undoes
  }

  /** True where a change that began then may have been undone by what came before its answer. */
  mayBeUndone(kind: WithdrawalKind, key: string, inv: Micros): boolean {
    const own = scopeOfWithdrawal(kind, key)
    const scope = own === undefined ? undefined : this.#scopes.get(own)
    if (scope !== undefined && scope.givenUntil >= inv) return true
    return (this.#scopes.get(accountScope)?.givenUntil ?? -Infinity) >= inv
  }

  /** True while something is under way that would give back what was taken. */
  inDoubt(kind: WithdrawalKind, key: string): boolean {
    const own = scopeOfWithdrawal(kind, key)
    const scope = own === undefined ? undefined : this.#scopes.get(own)
    if (scope !== undefined && own !== accountScope && scope.openGivings > 0) return true
    const account = this.#scopes.get(accountScope)
    return account !== undefined && account.taken > 0 && account.openGivings > 0
  }

  /** False where a refusal may stem from an earlier change that was undone. */
  isClear(kind: WithdrawalKind, key: string): boolean {
    const own = scopeOfWithdrawal(kind, key)
    const scope = own === undefined ? undefined : this.#scopes.get(own)
    return scope?.unclear !== true && this.#scopes.get(accountScope)?.unclear !== true
  }

  #ensure(name: string): Scope {
    const known = this.#scopes.get(name)
    if (known !== undefined) return known
    const scope: Scope = {
      taken: 0,
      givings: 0,
      openGivings: 0,
      unknownGivings: 0,
      givenUntil: -Infinity,
      unclear: false,
    }
    this.#scopes.set(name, scope)
    return scope
  }
}
