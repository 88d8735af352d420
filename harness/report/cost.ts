import type { Interval, Measurement } from '../checkers/checker.ts'
import type { ScenarioResult } from '../verdict/verdict.ts'

/**
 * What a failover cost, in one line: what was missing, for how long, who waited. Empty where
 * nothing of it was measured.
 */
export function costOf(result: Pick<ScenarioResult, 'measurements'>): string {
  const known = new Map(result.measurements.map((one) => [one.name, one]))
  const say = (name: string, sentence: (value: Interval) => string): readonly string[] => {
    const measured = known.get(name)
    return measured === undefined || !speaks(measured) ? [] : [sentence(measured.value)]
  }
  return [
    ...say('data-loss.missingOperations', (value) => {
      const lost = known.get('data-loss.lostOperations')?.value
      const forGood = lost === undefined ? '' : ` (${range(lost, 1)} for good)`
      return `${range(value, 1)} acknowledged writes missing at the cutover${forGood}`
    }),
    ...say('data-loss.observedLossSeconds', (value) => `observed loss ${range(value, 100)} s`),
    ...say('availability.recoveryMillis', (value) => `users waited ${range(value, 1)} ms`),
    ...say('lag.lagMillisMax', (value) => `lag at most ${range(value, 1)} ms`),
    ...say('convergence.convergenceMillis', (value) => `agreed after ${range(value, 1)} ms`),
  ].join(', ')
}

function speaks({ samples, inconclusive, value }: Measurement): boolean {
  return samples > 0 && inconclusive === undefined && Number.isFinite(value.high)
}

/** Both ends, rounded outwards to a fraction of the unit: the truth stays between them. */
function range({ low, high }: Interval, fractions: number): string {
  const from = Math.floor(low * fractions) / fractions
  const to = Math.ceil(high * fractions) / fractions
  return from === to ? String(from) : `${from}–${to}`
}
