import type {
  CompletionLine,
  EventLine,
  HeaderLine,
  InvokeLine,
  MarkLine,
} from '../../history/line.ts'
import { NumberSet } from '../../history/number-set.ts'
import type { RegionName, RegisterValue } from '../../history/operation.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { Micros } from '../../kernel/time.ts'
import { DisasterFold } from './disaster.ts'
import { Disturbances } from './disturbances.ts'
import { MintedTokens } from './minted-tokens.ts'
import type { Position } from './position.ts'
import type { OpenWrite, Register } from './register.ts'
import { RegisterHistory } from './register-history.ts'
import { type SessionUse, sessionUseOf } from './session-uses.ts'
import { Sessions } from './sessions.ts'
import { type Look, Sights } from './sights.ts'
import { Soundness } from './soundness.ts'
import { Steps } from './steps.ts'
import { UserWrites } from './user-writes.ts'
import { type Use, useOf } from './uses.ts'

/** One attempt from `inv` to `end`; `end` is ∞ for `info`. */
export interface Attempt {
  readonly invoke: InvokeLine
  readonly completion: CompletionLine
  readonly inv: Micros
  readonly end: Micros
  /** True if it was sent to the Region that clients were routed to at that moment. */
  readonly routed: boolean
}

/** An attempt that was never answered: nobody knows what became of it. */
export function unknownAttempt(invoke: InvokeLine): Attempt {
  const { process, operation, at } = invoke
  const completion = { type: 'info', at, process, operation } as const
  return { invoke, completion, inv: at, end: Infinity, routed: false }
}

/** An attempt that waits for its answer, and becomes an {@link Attempt} with it. */
interface OpenAttempt {
  readonly invoke: InvokeLine
  completion: CompletionLine | undefined
  readonly inv: Micros
  end: Micros
  readonly routed: boolean
  readonly writes: readonly OpenWrite[]
}

/** One register that an answer showed. */
export interface Reading {
  readonly register: Register
  readonly value: RegisterValue
  /** Undefined: nobody wrote this value. */
  readonly position: Position | undefined
  /** Nothing can be said: an initial value of a user who may have been deleted. */
  readonly ignored: boolean
}

/** When the Regions were given time to agree, and what came of it. */
export interface Settling {
  startedAt: Micros | undefined
  settledAt: Micros | undefined
  expiredAt: Micros | undefined
}

type Observed = NonNullable<CompletionLine['observed']>[number]

/** What a process has open. */
interface Slot {
  attempt: OpenAttempt | undefined
}

const noReadings: readonly Reading[] = []
const noWrites: readonly OpenWrite[] = []

/** Folds that wait for their first line. */
const folds = new WeakMap<HeaderLine, HistoryFold>()

/**
 * What all checkers need of a history, worked out once per line: attempts, writes by register,
 * what reads showed, faults, route. Checkers of one pass share it; see {@link foldOf}.
 */
export class HistoryFold {
  readonly header: HeaderLine
  readonly primary: RegionName
  readonly registers = new RegisterHistory()
  readonly disaster: DisasterFold
  readonly disturbances = new Disturbances()
  readonly soundness = new Soundness()
  readonly steps = new Steps()
  /** Tokens by the operation that minted them. */
  readonly minted: MintedTokens
  readonly settling: Settling = {
    startedAt: undefined,
    settledAt: undefined,
    expiredAt: undefined,
  }
  /** How far wall clocks were moved on since the start, while `at` was not. */
  travelled: Micros = 0
  /** The attempt that the current line completed, if it did. */
  attempt: Attempt | undefined
  /** What the current line showed. */
  readings: readonly Reading[] = noReadings
  /** The writes that the current line sent, or that what it completed had sent. */
  writes: readonly OpenWrite[] = noWrites
  /** How many writes the current line acknowledged. */
  acknowledged = 0
  /** When the current line was written. */
  at: Micros = 0
  /** By process; a living process that has nothing open keeps its place. */
  readonly #open = new Map<number, Slot>()
  readonly #dead = new NumberSet()
  #index = -1
  #line: EventLine | undefined
  #finished = false
  readonly #members = new Set<string>()
  readonly #sights: Sights
  #looks: readonly Look[] = []
  #lookedAt: Attempt | undefined
  #sessions: Sessions | undefined
  #userWrites: UserWrites | undefined
  #use: Use | undefined
  #usedBy: Attempt | undefined
  #sessionUse: SessionUse | undefined
  #sessionUsedBy: Attempt | undefined

  constructor(header: HeaderLine) {
    this.header = header
    const primary = header.regions.find((region) => region.role === 'primary')
    this.primary = primary?.name ?? header.regions[0]?.name ?? ''
    this.disaster = new DisasterFold(this.primary)
    this.minted = new MintedTokens(this)
    this.#sights = new Sights(this)
  }

  /** False if the fold belongs to another pass: it moved on, or the checker is in it already. */
  join(checker: string): boolean {
    if (this.#index >= 0 || this.#finished || this.#members.has(checker)) return false
    this.#members.add(checker)
    return true
  }

  /** Takes a line once, however many checkers hand it over. */
  step(line: EventLine, index: number): void {
    if (index === this.#index && line === this.#line) return
    if (index <= this.#index) this.#refuse(index)
    // Nobody can join any more, and whoever keeps the header need not keep the fold.
    if (this.#index < 0) folds.delete(this.header)
    this.#index = index
    this.#line = line
    this.at = line.at
    this.attempt = undefined
    this.readings = noReadings
    this.writes = noWrites
    this.acknowledged = 0
    this.#take(line)
  }

  /** The texts are made here, and not for each line. */
  #refuse(index: number): void {
    invariant(index !== this.#index, `two passes share a fold at line ${index}`)
    invariant(index > this.#index, `line ${index} after line ${this.#index}`)
  }

  /** What is made late would have missed the lines before. */
  #early<Part>(part: Part): Part {
    invariant(this.#index < 0, 'a part of the shared fold is asked for before the first line')
    return part
  }

  /** Follows sessions from the first line on, which {@link use} goes back to. */
  expectUses(): void {
    this.#sessions ??= this.#early(new Sessions(this))
  }

  /** Sessions by their operations; whoever reads them asks before the first line. */
  get sessions(): Sessions {
    this.expectUses()
    return this.#sessions as Sessions
  }

  /** When users were last written; whoever reads it asks before the first line. */
  get userWrites(): UserWrites {
    this.#userWrites ??= this.#early(new UserWrites(this))
    return this.#userWrites
  }

  /** What the current attempt says of access, if it uses any; see {@link expectUses}. */
  get use(): Use | undefined {
    const { attempt } = this
    if (attempt !== this.#usedBy) {
      this.#usedBy = attempt
      this.#use = attempt === undefined ? undefined : useOf(attempt, this.sessions)
    }
    return this.#use
  }

  /** What the current line showed, held against what was shown before; ask on every line. */
  get looks(): readonly Look[] {
    const { attempt } = this
    if (attempt === undefined) return []
    if (attempt !== this.#lookedAt) {
      this.#lookedAt = attempt
      this.#looks = this.#sights.take(attempt, this.readings)
    }
    return this.#looks
  }

  /** The use of a minted session that the current attempt is, if it is one. */
  get sessionUse(): SessionUse | undefined {
    const { attempt } = this
    if (attempt !== this.#sessionUsedBy) {
      this.#sessionUsedBy = attempt
      this.#sessionUse = attempt === undefined ? undefined : sessionUseOf(attempt, this)
    }
    return this.#sessionUse
  }

  /** What is open at the end is unknown. */
  finish(): void {
    if (this.#finished) return
    this.#finished = true
    for (const { attempt } of this.#open.values()) {
      if (attempt !== undefined) this.registers.complete(attempt.writes, Infinity)
    }
  }

  /** True if the process ended with `info`: it never returns under this number. */
  isDead(process: number): boolean {
    return this.#dead.has(process)
  }

  /** The earliest `inv` of what is under way; ∞ if nothing is. */
  oldestInvocation(): Micros {
    let oldest = Infinity
    for (const { attempt } of this.#open.values()) {
      if (attempt !== undefined && attempt.inv < oldest) oldest = attempt.inv
    }
    return oldest
  }

  /** Attempts that were never answered. */
  *unanswered(): Generator<InvokeLine> {
    for (const { attempt } of this.#open.values()) if (attempt !== undefined) yield attempt.invoke
  }

  #take(line: EventLine): void {
    switch (line.type) {
      case 'invoke':
        this.#invoke(line)
        return
      case 'ok':
      case 'fail':
      case 'info':
        this.#complete(line)
        return
      case 'fault':
        this.soundness.onFault(line)
        this.disturbances.onFault(line)
        this.disaster.onFault(line)
        return
      case 'route':
        this.disaster.onRoute(line)
        return
      case 'mark':
        this.#mark(line)
        return
      case 'harness':
        this.soundness.onHarness(line)
        return
      case 'end':
        this.soundness.onEnd(line)
        return
      case 'jwks':
        return
    }
  }

  #invoke(line: InvokeLine): void {
    const writes = this.registers.invoke(line)
    this.writes = writes
    if (writes.length > 0) this.#userWrites?.send(line)
    const attempt: OpenAttempt = {
      invoke: line,
      completion: undefined,
      inv: line.at,
      end: Infinity,
      routed: line.region === this.disaster.route,
      writes,
    }
    const slot = this.#open.get(line.process)
    if (slot === undefined) this.#open.set(line.process, { attempt })
    else slot.attempt = attempt
  }

  #complete(completion: CompletionLine): void {
    const { process, type, at } = completion
    const slot = this.#open.get(process)
    const open = slot?.attempt
    if (slot === undefined || open === undefined) return
    if (type === 'info') {
      this.#open.delete(process)
      this.#dead.add(process)
    } else {
      slot.attempt = undefined
      open.end = at
    }
    const { writes } = open
    open.completion = completion
    const attempt = open as Attempt
    this.attempt = attempt
    this.writes = writes
    if (writes.length > 0) {
      this.registers.complete(writes, type === 'fail' ? undefined : open.end)
      if (type === 'ok') this.acknowledged = writes.length
      this.#userWrites?.answer(attempt)
    }
    if (completion.tokens !== undefined) this.minted.take(attempt)
    this.#sessions?.take(attempt)
    const { observed } = completion
    if (observed === undefined || type === 'info') return
    this.readings = this.#read(observed)
  }

  #read(observed: NonNullable<CompletionLine['observed']>): readonly Reading[] {
    const [first] = observed
    if (first === undefined) return noReadings
    // A list that grows from nothing takes room for many.
    if (observed.length === 1) return [this.#reading(first)]
    return observed.map((one) => this.#reading(one))
  }

  #reading({ register: name, value }: Observed): Reading {
    const register = this.registers.show(name)
    const ignored =
      value === null && register.kind !== 'existence' && this.registers.mayBeDeleted(register.user)
    const position = this.registers.position(register, value)
    return { register, value, position, ignored }
  }

  #mark(line: MarkLine): void {
    if (line.name === 'time-travelled') this.travelled += line.travelled ?? 0
    if (line.name === 'settle-start') {
      this.settling.startedAt = line.at
      this.settling.settledAt = undefined
      this.settling.expiredAt = undefined
    }
    if (line.name === 'settled') {
      this.settling.settledAt = line.at
      this.disturbances.onSettled(line.at)
    }
    if (line.name === 'settle-expired') this.settling.expiredAt = line.at
  }
}

/**
 * The fold of a pass: checkers that begin with the same header object before the first line share
 * one, so that writes are stored once.
 */
export function foldOf(header: HeaderLine, checker: string): HistoryFold {
  const known = folds.get(header)
  if (known?.join(checker)) return known
  const fold = new HistoryFold(header)
  fold.join(checker)
  folds.set(header, fold)
  return fold
}
