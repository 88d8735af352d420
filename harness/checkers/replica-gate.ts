import type { EventLine, HeaderLine } from '../history/line.ts'
import type { RegisterValue } from '../history/operation.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
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
import { RefusedWrites } from './fold/refused-writes.ts'
import { type Register, valueKey } from './fold/register.ts'
import type { LoggedRequest } from './fold/request-log.ts'
import { Findings, resultOf } from './fold/results.ts'

const name = 'replica-gate'

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
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  /** Their values must never be read. */
  readonly #refused: RefusedWrites
  readonly #accepted = new Count()
  readonly #effects = new Count()
  readonly #refusals = new Count()
  readonly #unclear = new Count()

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.#refused = new RefusedWrites(fold)
    this.attention = { fold, purposes: ['gate-probe'], answered: ['readings'] }
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    const { attempt } = fold
    if (attempt === undefined) return
    if (attempt.invoke.purpose === 'gate-probe') this.#probe(attempt)
    if (this.#refused.count === 0) return
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
      const { inv, invoke } = attempt
      const { user, operation, function: fn } = invoke
      const region = nodeOf(attempt)
      const sentence = `${region} took a write of ${user} that it has to refuse (${fn})`
      this.#report('accepted', 'accepted', { user, operation, region, inv }, sentence)
      return
    }
    this.#refusals.add('certainly')
    this.#remember(attempt)
  }

  #remember(attempt: Attempt): void {
    const node = nodeOf(attempt)
    for (const write of this.#fold.writes) this.#refused.add(attempt, node, write)
  }

  #read(attempt: Attempt, { register, value, ignored }: Reading): void {
    if (ignored || !this.#refused.watches(register)) return
    this.#effects.see()
    const place = this.#refused.find(register, valueKey(register.kind, value))
    if (place < 0) return
    const shown = this.#refused.shown(place)
    const isEffect = shown === 'certainly' ? 'no' : this.#isEffect(attempt, register, value)
    if (isEffect === 'no' || isEffect === shown) return
    if (shown === 'no') this.#effects.high += 1
    this.#refused.show(place, isEffect)
    if (isEffect === 'perhaps') return
    this.#effects.low += 1
    const at = inSeconds(attempt.inv)
    const node = nodeOf(attempt)
    const refused = this.#refused.at(place)
    this.#report(
      'effect',
      'effects',
      refused,
      `${refused.region} refused a change of ${register.name}, and ${node} showed it at ${at} s`,
    )
  }

  /** Nobody else can have written what was shown. */
  #isEffect(attempt: Attempt, register: Register, value: RegisterValue): Sure {
    const { registers, disturbances } = this.#fold
    if (valueKey(register.kind, value) !== '') {
      return registers.position(register, value) === undefined ? 'certainly' : 'no'
    }
    const isAbsent = (key: string): boolean => key === ''
    if (registers.isShared(register, '') || register.open.some(({ key }) => isAbsent(key)))
      return 'no'
    const wasThere = registers
      .writesOf(register)
      .some(({ key, end }) => !isAbsent(key) && arrived(this.#fold, end, attempt.inv))
    if (!wasThere) return 'no'
    return disturbances.firstStart > attempt.end ? 'certainly' : 'perhaps'
  }

  #report(
    kind: string,
    measurement: string,
    { user, operation, region, inv: at }: Omit<LoggedRequest, 'end'>,
    message: string,
  ): void {
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
