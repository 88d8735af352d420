import type { Micros } from '../../kernel/time.ts'
import type { HistoryFold } from './history-fold.ts'

/**
 * True if a write that was acknowledged at `end` was in every Region at a later moment, by what is
 * declared: the lag had passed before the first disturbance, or both Regions had agreed since.
 */
export function arrived(
  { disturbances, header, settling }: HistoryFold,
  end: Micros,
  at: Micros,
): boolean {
  const calmUntil = Math.min(disturbances.firstStart, at)
  const lag = header.declared.lagMillisMax * 1_000
  const settledAt = settling.settledAt ?? Infinity
  return end + lag < calmUntil || (settledAt < at && end < settledAt)
}
