import type { Interval, Measurement } from '../checkers/checker.ts'
import type { DocumentedBehaviour, Profile } from '../profiles/profile.ts'
import type { ConformanceResult, Verdict } from './verdict.ts'

/**
 * Holds what was measured against what the system is documented to do. A measurement that saw
 * nothing says nothing and is left out.
 *
 * @param target - The system under test: a profile describes only those that claim to be of its
 *   kind.
 */
export function conformanceOf(
  measurements: readonly Measurement[],
  target: string,
  profiles: readonly Profile[],
): readonly ConformanceResult[] {
  const byName = new Map(measurements.map((measurement) => [measurement.name, measurement]))
  return profiles
    .filter(({ targets }) => targets === undefined || targets.includes(target))
    .flatMap(({ name, documented = [] }) =>
      documented.flatMap((behaviour) => {
        const measurement = byName.get(behaviour.measurement)
        if (measurement === undefined || measurement.samples === 0) return []
        if (!isGiven(behaviour, byName)) return []
        return [{ profile: name, ...resultOf(behaviour, measurement) }]
      }),
    )
}

function isGiven(
  { given }: DocumentedBehaviour,
  measurements: ReadonlyMap<string, Measurement>,
): boolean {
  if (given === undefined) return true
  const measurement = measurements.get(given.measurement)
  return measurement !== undefined && measurement.value.low >= given.atLeast
}

function resultOf(
  { measurement, atLeast, atMost, below, above, says, source }: DocumentedBehaviour,
  { value, inconclusive }: Measurement,
): Omit<ConformanceResult, 'profile'> {
  const place = inconclusive === undefined ? placeOf(value, atLeast, atMost) : 'unclear'
  const verdicts: Readonly<Record<typeof place, Verdict>> = {
    within: 'pass',
    below: 'fail',
    above: 'fail',
    unclear: 'inconclusive',
  }
  const deviation = place === 'below' ? below : place === 'above' ? above : undefined
  return {
    measurement,
    value,
    ...(atLeast === undefined ? {} : { atLeast }),
    ...(atMost === undefined ? {} : { atMost }),
    verdict: verdicts[place],
    ...(deviation === undefined ? {} : { deviation }),
    says,
    source,
  }
}

function placeOf(
  { low, high }: Interval,
  atLeast = -Infinity,
  atMost = Infinity,
): 'within' | 'below' | 'above' | 'unclear' {
  if (high < atLeast) return 'below'
  if (low > atMost) return 'above'
  return low >= atLeast && high <= atMost ? 'within' : 'unclear'
}
