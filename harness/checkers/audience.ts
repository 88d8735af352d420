import type { EventLine, InvokeLine } from '../history/line.ts'
import type { Attention, CheckerRun, Trait } from './checker.ts'
import type { Attempt, HistoryFold } from './fold/history-fold.ts'

type Runs = readonly CheckerRun[]

/** By what traits of an attempt are looked up together; one bit each. */
const bits: Readonly<Record<Trait | 'nodes', number>> = {
  writes: 1,
  tokens: 2,
  readings: 4,
  population: 8,
  nodes: 16,
}

/**
 * Which runs of a pass a line is for: those that say nothing of it are shown every line, the others
 * what they name in their {@link Attention}. Folds take the line first.
 */
export class Audience {
  readonly #everything: Runs
  readonly #rows: readonly Row[]

  constructor(runs: Runs) {
    const everything = runs.filter(({ attention }) => attention === undefined)
    const folds = new Set(runs.flatMap(({ attention }) => attention?.fold ?? []))
    this.#everything = everything
    this.#rows = [...folds].map((fold, place) => {
      const own = runs.filter(({ attention }) => attention?.fold === fold)
      return new Row(fold, own, place === 0 ? everything : [])
    })
  }

  /** Takes the next line of the history; `index` as in `CheckerRun.step`. */
  of(line: EventLine, index: number): Runs {
    const rows = this.#rows
    if (rows.length === 1) return (rows[0] as Row).of(line, index)
    return rows.length === 0 ? this.#everything : rows.flatMap((row) => row.of(line, index))
  }
}

/** Runs that share a fold. */
class Row {
  readonly #fold: HistoryFold
  readonly #runs: Runs
  readonly #everything: Runs
  readonly #nodes: ReadonlySet<string>
  readonly #lines = new Map<string, Runs>()
  readonly #sent: (Runs | undefined)[] = []
  /** By function and purpose; then by the bits of an attempt. */
  readonly #answered = new Map<string, Map<string, (Runs | undefined)[]>>()
  /** Much the same follows on each other. */
  #lastFunction = ''
  #lastPurpose = ''
  #lastShelf: (Runs | undefined)[] = []

  constructor(fold: HistoryFold, runs: Runs, everything: Runs) {
    this.#fold = fold
    this.#runs = runs
    this.#everything = everything
    this.#nodes = new Set(runs.flatMap(({ attention }) => attention?.nodes ?? []))
  }

  of(line: EventLine, index: number): Runs {
    const fold = this.#fold
    fold.step(line, index)
    switch (line.type) {
      case 'invoke':
        return this.#ofInvoke(line)
      case 'ok':
      case 'fail':
      case 'info':
        return fold.attempt === undefined ? this.#everything : this.#ofAttempt(fold.attempt)
      default:
        return this.#ofLine(line.type)
    }
  }

  #ofInvoke(line: InvokeLine): Runs {
    const key =
      (line.writes === undefined ? 0 : bits.writes) |
      (line.population === undefined ? 0 : bits.population)
    const known = this.#sent[key]
    if (known !== undefined) return known
    const found = this.#those(({ sent }) => sent?.some((trait) => (bits[trait] & key) !== 0))
    this.#sent[key] = found
    return found
  }

  #ofAttempt({ invoke, completion }: Attempt): Runs {
    const key =
      (invoke.writes === undefined ? 0 : bits.writes) |
      (completion.tokens === undefined ? 0 : bits.tokens) |
      (this.#fold.readings.length === 0 ? 0 : bits.readings) |
      (invoke.population === undefined ? 0 : bits.population) |
      (this.#nodes.has(invoke.region) ? bits.nodes : 0)
    const shelf = this.#shelf(invoke)
    const known = shelf[key]
    if (known !== undefined) return known
    const { function: fn, purpose } = invoke
    const found = this.#those(
      ({ functions, purposes, answered, nodes }) =>
        functions?.has(fn) ||
        purposes?.includes(purpose) ||
        answered?.some((trait) => (bits[trait] & key) !== 0) ||
        (nodes !== undefined && (key & bits.nodes) !== 0),
    )
    shelf[key] = found
    return found
  }

  #shelf({ function: fn, purpose }: InvokeLine): (Runs | undefined)[] {
    if (fn === this.#lastFunction && purpose === this.#lastPurpose) return this.#lastShelf
    this.#lastFunction = fn
    this.#lastPurpose = purpose
    this.#lastShelf = this.#shelfOf(fn, purpose)
    return this.#lastShelf
  }

  #shelfOf(fn: string, purpose: string): (Runs | undefined)[] {
    const byPurpose = this.#answered.get(fn) ?? new Map<string, (Runs | undefined)[]>()
    if (byPurpose.size === 0) this.#answered.set(fn, byPurpose)
    const known = byPurpose.get(purpose)
    if (known !== undefined) return known
    const shelf: (Runs | undefined)[] = []
    byPurpose.set(purpose, shelf)
    return shelf
  }

  #ofLine(type: EventLine['type']): Runs {
    const known = this.#lines.get(type)
    if (known !== undefined) return known
    const found = this.#those(({ lines }) => lines?.some((one) => one === type))
    this.#lines.set(type, found)
    return found
  }

  #those(isFor: (attention: Attention) => boolean | undefined): Runs {
    const own = this.#runs.filter(({ attention }) => attention && isFor(attention) === true)
    return [...this.#everything, ...own]
  }
}
