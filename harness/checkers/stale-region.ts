import type { EventLine, FaultLine, HeaderLine } from '../history/line.ts'
import type { OperationFunction } from '../history/operation.ts'
import { type Micros, toMillis, toSeconds } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { type Attempt, foldOf, type HistoryFold } from './fold/history-fold.ts'
import type { Span } from './fold/position.ts'
import type { Register } from './fold/register.ts'
import { Findings, resultOf } from './fold/results.ts'

const name = 'stale-region'

const signIns: ReadonlySet<OperationFunction> = new Set([
  'sign-in',
  'admin-sign-in',
  'answer-srp',
  'submit-sign-in',
])

/** Kinds of registers by which a sign-in shows what it was decided by. */
const decisive: ReadonlySet<string> = new Set(['password', 'enabled', 'existence'])

/** A write or one that is under way, with what it writes. */
interface KnownWrite extends Span {
  readonly key: string
}

/** How old the state is that an answer came from, in microseconds. */
interface Age {
  readonly low: Micros
  readonly high: Micros
}

const fresh: Age = { low: 0, high: 0 }

/**
 * How old the state was that a Region served sign-ins from after it came back from being alone. A
 * successful sign-in shows it: by a password that had been replaced, or for a user who had been
 * disabled or deleted. The state is then at least as old as the first change that it lacks. A
 * sign-in of somebody of whom nothing changed meanwhile shows nothing.
 */
export const staleRegion: Checker = {
  name,
  requires: ['acknowledged-writes'],
  description:
    'Measures how old the state was from which a Region served sign-ins after it came back from isolation.',
  begin: (header: HeaderLine): CheckerRun => new StaleRegionRun(foldOf(header, name)),
}

class StaleRegionRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  /** Regions by the faults that keep them alone. */
  readonly #alone = new Map<string, readonly string[]>()
  /** Of each Region that was alone since when it was so, the last time. */
  readonly #since = new Map<string, Micros>()
  readonly #returned = new Map<string, Micros>()
  #signIns = 0
  /** Sign-ins that a stale state would have shown. */
  #telling = 0
  #low: Micros = 0
  #high: Micros = 0
  #from: Micros = Infinity
  #to: Micros = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = { fold, lines: ['fault'], functions: signIns }
  }

  step(line: EventLine, index: number): void {
    this.#fold.step(line, index)
    if (line.type === 'fault') this.#onFault(line)
    const { attempt } = this.#fold
    if (attempt === undefined || this.#returned.size === 0) return
    if (attempt.completion.type === 'ok' && signIns.has(attempt.invoke.function))
      this.#judge(attempt)
  }

  #onFault(line: FaultLine): void {
    if (line.phase === 'apply') {
      const regions = line.effects
        .filter(({ effect }) => effect === 'region-unavailable')
        .map(({ region }) => region)
      const before = new Set([...this.#alone.values()].flat())
      for (const region of regions) {
        if (!before.has(region)) this.#since.set(region, line.at)
        this.#returned.delete(region)
      }
      if (regions.length > 0) this.#alone.set(line.fault, regions)
    }
    if (line.phase !== 'heal') return
    const regions = this.#alone.get(line.fault) ?? []
    this.#alone.delete(line.fault)
    const stillAlone = new Set([...this.#alone.values()].flat())
    for (const region of regions) if (!stillAlone.has(region)) this.#returned.set(region, line.at)
  }

  #judge(attempt: Attempt): void {
    const { invoke, inv, end } = attempt
    const returnedAt = this.#returned.get(invoke.region)
    if (returnedAt === undefined || inv < returnedAt) return
    this.#signIns += 1
    this.#from = Math.min(this.#from, inv)
    this.#to = Math.max(this.#to, end)
    const user = this.#fold.registers.user(invoke.user)
    const ages = (user?.registers ?? []).map((register) => this.#ageOf(register, attempt))
    const low = Math.max(0, ...ages.map((age) => age.low))
    const high = Math.max(0, ...ages.map((age) => age.high))
    this.#high = Math.max(this.#high, high)
    this.#low = Math.max(this.#low, low)
    if (high > 0 || this.#hasChanged(attempt)) this.#telling += 1
    if (low === 0) return
    this.#findings.addAttempt(
      'stale-sign-in',
      'staleSeconds',
      attempt,
      `${invoke.region} let user ${invoke.user} in by a state that was at least ${toMillis(low)} ms old, ${toMillis(inv - returnedAt)} ms after it came back`,
    )
  }

  /** Whether something of who signed in was changed after the Region had begun to be alone. */
  #hasChanged({ invoke, end }: Attempt): boolean {
    const since = this.#since.get(invoke.region) ?? Infinity
    const registers = this.#fold.registers.user(invoke.user)?.registers ?? []
    return registers.some(
      (register) =>
        decisive.has(register.kind) &&
        this.#writesOf(register).some((write) => write.end >= since && write.inv < end),
    )
  }

  /** How old a state is that lacks a change of the register, if the sign-in shows that. */
  #ageOf(register: Register, attempt: Attempt): Age {
    const { password } = attempt.invoke.arguments
    switch (register.kind) {
      case 'password':
        return typeof password === 'string' ? this.#behind(register, password, attempt) : fresh
      case 'enabled':
        return this.#forbidden(register, 'disabled', attempt)
      case 'existence':
        return this.#forbidden(register, '', attempt)
      default:
        return fresh
    }
  }

  /** A password works that others replaced. */
  #behind(register: Register, label: string, { inv, end }: Attempt): Age {
    const writes = this.#writesOf(register)
    const own = writes.find(({ key }) => key === label)
    if (own === undefined) return fresh
    const later = writes.filter((write) => write !== own && write.end >= own.inv)
    const certain = later.filter((write) => own.end < write.inv && write.end < inv)
    return ageOf(
      certain,
      later.filter((write) => write.inv < end),
      inv,
      end,
    )
  }

  /** Somebody gets in whom a change forbids, and nothing may have allowed it again. */
  #forbidden(register: Register, key: string, { inv, end }: Attempt): Age {
    const writes = this.#writesOf(register).filter((write) => write.inv < end)
    const allowing = writes.filter((write) => write.key !== key)
    const forbidding = writes.filter((write) => write.key === key)
    const certain = forbidding.filter(
      (one) => one.end < inv && allowing.every((other) => other.end < one.inv),
    )
    const possible = forbidding.filter(
      (one) => !allowing.some((other) => one.end < other.inv && other.end < inv),
    )
    return ageOf(certain, possible, inv, end)
  }

  #writesOf(register: Register): readonly KnownWrite[] {
    return [...this.#fold.registers.writesOf(register), ...register.open]
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    const samples = this.#telling
    const figure = {
      name: 'staleSeconds',
      low: toSeconds(this.#low),
      high: samples === 0 ? Infinity : toSeconds(this.#high),
      samples,
      inconclusive:
        samples === 0
          ? 'no Region that came back from isolation let somebody in of whom something had changed meanwhile'
          : undefined,
      grows: true,
      timed: { from: this.#from, to: this.#to },
    }
    return resultOf(name, fold, {
      figures: [figure],
      findings: this.#findings,
      evidence: { signInsAfterReturn: this.#signIns },
    })
  }
}

function ageOf(
  certain: readonly KnownWrite[],
  possible: readonly KnownWrite[],
  inv: Micros,
  end: Micros,
): Age {
  const oldest = Math.min(Infinity, ...certain.map((write) => write.end))
  const eldest = Math.min(Infinity, ...possible.map((write) => write.inv))
  const low = oldest === Infinity ? 0 : inv - oldest
  return { low, high: Math.max(low, eldest === Infinity ? 0 : end - eldest) }
}
