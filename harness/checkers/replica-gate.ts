import type { EventLine, HeaderLine } from '../history/line.ts'
import type { RegisterValue } from '../history/operation.ts'
import type { Checker, CheckerResult, CheckerRun } from './checker.ts'
import { arrived } from './fold/arrival.ts'
import { Count, inSeconds, type Sure } from './fold/counts.ts'
import {
  type Attempt,
  foldOf,
  type HistoryFold,
  type Reading,
  unknownAttempt,
} from './fold/history-fold.ts'
import { nodeOf } from './fold/places.ts'
import { type Register, valueKey } from './fold/register-history.ts'
import { Findings, resultOf } from './fold/results.ts'

const name = 'replica-gate'

/** A write that was refused; its value must never be read. */
interface Refused {
  readonly attempt: Attempt
  shown: Sure
}

/**
 * Writes that were sent to a Region which has to refuse them. An effect is a refused write whose
 * value was read afterwards, in any Region, where nobody else can have written it. That something
 * is absent is an effect of a refused removal where it had been everywhere; after a disturbance it
 * may as well be lost.
 */
export const replicaGate: Checker = {
  name,
  requires: [],
  description:
    'Counts writes that a Region took although it has to refuse them, and refused ones whose value was read afterwards.',
  begin: (header: HeaderLine): CheckerRun => new ReplicaGateRun(foldOf(header, name)),
}

class ReplicaGateRun implements CheckerRun {
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  /** Refused writes by register and value. */
  readonly #refused = new Map<string, Refused>()
  readonly #watched = new Set<Register>()
  readonly #accepted = new Count()
  readonly #effects = new Count()
  readonly #refusals = new Count()
  readonly #unclear = new Count()

  constructor(fold: HistoryFold) {
    this.#fold = fold
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    const { attempt } = fold
    if (attempt === undefined) return
    if (attempt.invoke.purpose === 'gate-probe') this.#probe(attempt)
    if (this.#refused.size === 0) return
    for (const reading of fold.readings) this.#read(attempt, reading)
  }

  #probe(attempt: Attempt): void {
    const { completion } = attempt
    for (const count of [this.#accepted, this.#refusals, this.#unclear]) count.see()
    if (completion.type === 'info') {
      this.#unclear.add('certainly')
      this.#accepted.add('perhaps')
      return
    }
    if (completion.type === 'ok') {
      this.#accepted.add('certainly')
      const { user, function: fn } = attempt.invoke
      const sentence = `${nodeOf(attempt)} took a write of ${user} that it has to refuse (${fn})`
      this.#report('accepted', 'accepted', attempt, sentence)
      return
    }
    this.#refusals.add('certainly')
    this.#remember(attempt)
  }

  #remember(attempt: Attempt): void {
    for (const { register: written, value } of attempt.invoke.writes ?? []) {
      const register = this.#fold.registers.ensure(written)
      const key = `${register.id} ${valueKey(register.kind, value)}`
      if (!this.#refused.has(key)) this.#refused.set(key, { attempt, shown: 'no' })
      this.#watched.add(register)
    }
  }

  #read(attempt: Attempt, { register, value, ignored }: Reading): void {
    if (ignored || !this.#watched.has(register)) return
    this.#effects.see()
    const refused = this.#refused.get(`${register.id} ${valueKey(register.kind, value)}`)
    if (refused === undefined || refused.shown === 'certainly') return
    const isEffect = this.#isEffect(attempt, register, value)
    if (isEffect === 'no' || isEffect === refused.shown) return
    if (refused.shown === 'no') this.#effects.high += 1
    refused.shown = isEffect
    if (isEffect === 'perhaps') return
    this.#effects.low += 1
    const at = inSeconds(attempt.inv)
    const node = nodeOf(attempt)
    this.#report(
      'effect',
      'effects',
      refused.attempt,
      `${nodeOf(refused.attempt)} refused a change of ${register.name}, and ${node} showed it at ${at} s`,
    )
  }

  /** Nobody else can have written what was shown. */
  #isEffect(attempt: Attempt, register: Register, value: RegisterValue): Sure {
    const { registers, disturbances } = this.#fold
    if (valueKey(register.kind, value) !== '') {
      return registers.position(register, value) === undefined ? 'certainly' : 'no'
    }
    const isAbsent = (key: string): boolean => key === ''
    if (register.shared?.has('') || register.open.some(({ key }) => isAbsent(key))) return 'no'
    const wasThere = registers
      .writesOf(register)
      .some(({ key, end }) => !isAbsent(key) && arrived(this.#fold, end, attempt.inv))
    if (!wasThere) return 'no'
    return disturbances.firstStart > attempt.end ? 'certainly' : 'perhaps'
  }

  #report(kind: string, measurement: string, attempt: Attempt, message: string): void {
    const { user, operation } = attempt.invoke
    const region = nodeOf(attempt)
    const at = attempt.inv
    this.#findings.add({
      kind,
      measurement: `${name}.${measurement}`,
      user,
      region,
      at,
      operation,
      message,
    })
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    for (const invoke of fold.unanswered()) {
      if (invoke.purpose === 'gate-probe') this.#probe(unknownAttempt(invoke))
    }
    const unseen = 'no write was sent to a Region that has to refuse it'
    return resultOf(name, fold, {
      figures: [
        this.#accepted.figure('accepted', unseen),
        this.#effects.figure('effects', 'nothing was read after a refused write'),
        this.#refusals.figure('refusals', unseen),
        this.#unclear.figure('unclear', unseen),
      ],
      findings: this.#findings,
      evidence: { gateProbes: this.#refusals.samples, readings: this.#effects.samples },
    })
  }
}
