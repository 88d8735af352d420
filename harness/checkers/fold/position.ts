import type { Micros } from '../../kernel/time.ts'

/** The operation of the initial value, which nobody wrote. */
export const initialOperation = -1

/**
 * Where a shown value stands among the writes of its register. A value can fit several writes
 * (an account that was disabled twice), so it is bounded by all of them.
 */
export interface Position {
  /** Earliest `inv` of a write that fits; −∞ where the initial value fits. */
  readonly earliest: Micros
  /** The key of that write's operation, or {@link initialOperation}. */
  readonly earliestOperation: number
  /** Earliest `inv` of the other writes that fit; ∞ if there is none. */
  readonly second: Micros
  /** Latest `end` of a write that fits; ∞ while it is under way or unknown. */
  readonly latest: Micros
  /** Earliest `end` of a write that fits: the oldest that was perhaps shown. */
  readonly soonest: Micros
  /** Latest `inv` of a write that fits: the newest that was perhaps shown. */
  readonly newest: Micros
}

/** The initial value precedes every write. */
export const initialPosition: Position = {
  earliest: -Infinity,
  earliestOperation: initialOperation,
  second: Infinity,
  latest: -Infinity,
  soonest: -Infinity,
  newest: -Infinity,
}

/** What a position is compared with. */
export interface Span {
  readonly operation: number
  readonly inv: Micros
  readonly end: Micros
}

/** Whatever was shown is certainly older than the write: all that fits ended before it began. */
export function isBefore(position: Position, write: Span): boolean {
  return position.latest < write.inv
}

/** What was shown is certainly this write or a later one. */
export function shows(position: Position, write: Span): boolean {
  const rest = position.earliestOperation === write.operation ? position.second : position.earliest
  return rest > write.end
}

/** A position under one more write that fits. */
export function widen(position: Position | undefined, write: Span): Position {
  const alone = positionOf(write)
  return position === undefined ? alone : merge(position, alone)
}

/** Where a value stands that fits one write. */
function positionOf({ operation, inv, end }: Span): Position {
  return {
    earliest: inv,
    earliestOperation: operation,
    second: Infinity,
    latest: end,
    soonest: end,
    newest: inv,
  }
}

/** Where a value stands that fits the writes of both. */
export function merge(a: Position, b: Position): Position {
  const [first, later] = a.earliest <= b.earliest ? [a, b] : [b, a]
  return {
    earliest: first.earliest,
    earliestOperation: first.earliestOperation,
    second: Math.min(first.second, later.earliest),
    latest: Math.max(a.latest, b.latest),
    soonest: Math.min(a.soonest, b.soonest),
    newest: Math.max(a.newest, b.newest),
  }
}
