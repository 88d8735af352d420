import type { Interval } from '../checkers/checker.ts'

/** `3`, `[1, 4]` or `[1, ∞]`; at most three decimals. */
export function formatInterval({ low, high }: Interval): string {
  return low === high ? formatNumber(low) : `[${formatNumber(low)}, ${formatNumber(high)}]`
}

function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  return String(Math.round(value * 1_000) / 1_000)
}
