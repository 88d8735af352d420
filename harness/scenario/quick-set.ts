import { by } from '../kernel/compare.ts'
import type { Scenario } from './scenario.ts'

/**
 * The scenarios that a run without names takes, the shortest first: whoever waits has a verdict
 * soon. Those that do not say how long they take come last, in the order given.
 */
export function quickSet(scenarios: readonly Scenario[]): readonly Scenario[] {
  return scenarios
    .filter(({ quick }) => quick === true)
    .sort(by(({ typicalSeconds }) => typicalSeconds ?? Number.POSITIVE_INFINITY))
}
