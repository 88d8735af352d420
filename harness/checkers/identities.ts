import type { EventLine, HeaderLine, InvokeLine } from '../history/line.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import {
  type Account,
  besideAnother,
  type Change,
  forget,
  handoverBefore,
  lastDelete,
  newAccount,
} from './fold/accounts.ts'
import { arrived } from './fold/arrival.ts'
import { Count, inSeconds, type Sure } from './fold/counts.ts'
import { type Attempt, foldOf, type HistoryFold } from './fold/history-fold.ts'
import { nodeOf, Places } from './fold/places.ts'
import { Findings, resultOf } from './fold/results.ts'
import { type Use, useFunctions } from './fold/uses.ts'

const name = 'identities'

/**
 * Who a username is. Two accounts of one name at once are a duplicate: by two acknowledged
 * creations with no delete that may stand between, or by two subjects in tokens. Something crossed
 * if a session or password of a former owner opened the new account: tokens tell it by their
 * subject, other answers where the Region knew of the new account. A user is revived who is shown
 * or let in by a Region that had acknowledged the delete, or had shown the user gone.
 */
export const identities: Checker = {
  name,
  requires: [],
  description:
    'Counts usernames with two accounts at once, access that passed from a former owner of a username to the new one, and deleted users who came back.',
  begin: (header: HeaderLine): CheckerRun => new IdentitiesRun(foldOf(header, name)),
}

class IdentitiesRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #places: Places
  readonly #accounts = new Map<string, Account>()
  readonly #duplicates = new Count()
  readonly #crossed = new Count()
  readonly #revived = new Count()

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = {
      fold,
      sent: ['writes'],
      functions: useFunctions,
      answered: ['writes', 'readings'],
    }
    this.#places = new Places(fold.header)
    fold.expectUses()
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    if (line.type === 'invoke') this.#send(line)
    const { attempt } = fold
    if (attempt === undefined) return
    if (fold.writes.length > 0) this.#answer(attempt)
    const account = this.#accounts.get(attempt.invoke.user)
    if (account === undefined) return
    this.#look(attempt, account)
    const { use } = fold
    if (use !== undefined && this.#places.isRegion(use.node)) this.#use(use, account)
  }

  #send({ operation, at, region }: InvokeLine): void {
    for (const { register, takes } of this.#fold.writes) {
      if (register.kind !== 'existence') continue
      const user = register.user.name
      const account = this.#accounts.get(user) ?? newAccount()
      this.#accounts.set(user, account)
      forget(account, () => this.#fold.oldestInvocation())
      const change: Change = { operation, inv: at, end: Infinity, region }
      if (takes) {
        account.deletes.push(change)
        continue
      }
      account.creations.push(change)
      account.goneAt.clear()
    }
  }

  #answer(attempt: Attempt): void {
    const { invoke, completion, end } = attempt
    for (const { register, takes: isDelete } of this.#fold.writes) {
      const { user, kind } = register
      const account = kind === 'existence' ? this.#accounts.get(user.name) : undefined
      if (account === undefined) continue
      const changes = isDelete ? account.deletes : account.creations
      const place = changes.findIndex(({ operation }) => operation === invoke.operation)
      const change = changes[place]
      if (change === undefined) continue
      if (!isDelete && account.creations.length > 1) this.#duplicates.see()
      if (completion.type === 'fail') {
        changes.splice(place, 1)
        continue
      }
      change.end = end
      change.region = nodeOf(attempt)
      if (isDelete && completion.type === 'ok') {
        account.formerSubject = account.subject
        account.goneAt.set(change.region, Math.min(end, account.goneAt.get(change.region) ?? end))
      } else if (!isDelete) this.#created(attempt, account, change)
    }
  }

  #created(attempt: Attempt, account: Account, change: Change): void {
    const { user } = attempt.invoke
    const sentence = `${nodeOf(attempt)} acknowledged a second account of ${user} at ${inSeconds(attempt.end)} s beside the first`
    this.#duplicate(attempt, account, besideAnother(account, change), sentence)
  }

  #duplicate(attempt: Attempt, account: Account, sure: Sure, sentence: string): void {
    if (sure === 'no' || account.duplicate === 'certainly' || account.duplicate === sure) return
    if (account.duplicate === 'no') this.#duplicates.high += 1
    account.duplicate = sure
    if (sure === 'perhaps') return
    this.#duplicates.low += 1
    this.#report('second-identity', 'duplicates', attempt, sentence)
  }

  /** What a read of the account showed. */
  #look(attempt: Attempt, account: Account): void {
    for (const { register, value } of this.#fold.readings) {
      if (register.kind !== 'existence' || register.user.name !== attempt.invoke.user) continue
      if (value === null) this.#gone(attempt, account)
      else this.#shown(attempt, account)
    }
  }

  #use(use: Use, account: Account): void {
    const { attempt, accepted, meaning } = use
    if (accepted === false && meaning === 'absent') this.#gone(attempt, account)
    if (accepted === true) this.#shown(attempt, account)
    const isFormer = this.#isFormers(use, account)
    if (isFormer !== undefined && accepted !== undefined) this.#present(use, account, isFormer)
    const subject = use.minted.find((token) => token.subject !== undefined)?.subject
    if (subject === undefined) return
    if (account.subject !== undefined) this.#compare(attempt, account, subject)
    account.subject = subject
  }

  /** Tokens of another subject although nobody can have deleted the account. */
  #compare(attempt: Attempt, account: Account, subject: string): void {
    this.#duplicates.see()
    if (subject === account.subject || account.deletes.length > 0) return
    const { user } = attempt.invoke
    const sentence = `${nodeOf(attempt)} knew ${user} as another person at ${inSeconds(attempt.inv)} s than before`
    this.#duplicate(attempt, account, 'certainly', sentence)
  }

  /** The creation since which what is presented belongs to a former owner. */
  #isFormers({ attempt, session, label, way }: Use, account: Account): Change | undefined {
    const handover = handoverBefore(account, attempt.inv)
    if (handover === undefined) return undefined
    const { deleted, created } = handover
    if (session !== undefined) return session.begun < deleted.inv ? created : undefined
    if (way !== 'sign-in' || label === undefined) return undefined
    const { registers } = this.#fold
    const register = registers
      .user(attempt.invoke.user)
      ?.registers.find(({ kind }) => kind === 'password')
    const position = register && registers.position(register, label)
    return position !== undefined && position.latest < deleted.inv ? created : undefined
  }

  #present(use: Use, account: Account, created: Change): void {
    const { attempt, node, accepted, minted } = use
    this.#crossed.see()
    if (accepted !== true) return
    const subject = minted.find((token) => token.subject !== undefined)?.subject
    const { formerSubject } = account
    const knows = node === created.region || arrived(this.#fold, created.end, attempt.inv)
    if (subject !== undefined && subject === formerSubject) {
      // The Region still serves the former account, or gave the new one its subject.
      if (knows) this.#crossed.add('perhaps')
      return
    }
    const toldApart = subject !== undefined && formerSubject !== undefined
    const sure = toldApart || knows ? 'certainly' : 'perhaps'
    this.#crossed.add(sure)
    if (sure === 'perhaps') return
    const { user, function: fn } = attempt.invoke
    const sentence = `${node} let a former owner of the name ${user} into the new account at ${inSeconds(attempt.inv)} s (${fn})`
    this.#report('crossed', 'crossed', attempt, sentence)
  }

  /** The Region has no such user. One that never had the account says so as well. */
  #gone(attempt: Attempt, account: Account): void {
    const { inv, end } = attempt
    const node = nodeOf(attempt)
    const deleted = lastDelete(account)
    if (deleted === undefined || inv <= deleted.inv) return
    if ((account.goneAt.get(node) ?? Infinity) < inv) this.#revived.see()
    const had =
      (account.seenAt.get(node) ?? Infinity) < inv ||
      arrived(this.#fold, account.forgottenEnd, inv) ||
      account.creations.some((change) => arrived(this.#fold, change.end, inv))
    if (had) account.goneAt.set(node, Math.min(end, account.goneAt.get(node) ?? end))
  }

  #shown(attempt: Attempt, account: Account): void {
    const { inv, end, invoke } = attempt
    const node = nodeOf(attempt)
    account.seenAt.set(node, Math.min(end, account.seenAt.get(node) ?? end))
    if (lastDelete(account) === undefined || (account.goneAt.get(node) ?? Infinity) >= inv) return
    this.#revived.see()
    if (account.revived) return
    account.revived = true
    this.#revived.add('certainly')
    const sentence = `${invoke.user} was deleted and gone from ${node}, which knew the user again at ${inSeconds(inv)} s (${invoke.function})`
    this.#report('revived', 'revived', attempt, sentence)
  }

  #report(kind: string, measurement: string, attempt: Attempt, message: string): void {
    const { user, operation } = attempt.invoke
    const found = { kind, measurement: `${name}.${measurement}`, user, region: nodeOf(attempt) }
    this.#findings.add({ ...found, at: attempt.inv, operation, message })
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    return resultOf(name, fold, {
      figures: [
        this.#duplicates.figure('duplicates', 'no name was taken or met twice'),
        this.#crossed.figure('crossed', 'nothing of a former owner of a name was tried'),
        this.#revived.figure('revived', 'nobody looked for a deleted user who was gone'),
      ],
      findings: this.#findings,
      evidence: { usernames: this.#accounts.size, formerUses: this.#crossed.samples },
    })
  }
}
