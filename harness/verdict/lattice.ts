import type { Verdict } from './verdict.ts'

const rank: Readonly<Record<Verdict, number>> = { skipped: 0, pass: 1, inconclusive: 2, fail: 3 }

/**
 * The least upper bound: `fail > inconclusive > pass > skipped`. Of nothing it is `skipped`.
 */
export function combine(verdicts: Iterable<Verdict>): Verdict {
  let worst: Verdict = 'skipped'
  for (const verdict of verdicts) if (rank[verdict] > rank[worst]) worst = verdict
  return worst
}

/** The verdict of a whole: like {@link combine}, but all skipped (or nothing) is inconclusive. */
export function conclude(verdicts: Iterable<Verdict>): Verdict {
  const combined = combine(verdicts)
  return combined === 'skipped' ? 'inconclusive' : combined
}
