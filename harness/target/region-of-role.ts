import { invariant } from '../kernel/invariant.ts'
import type { RunningRegion, RunningStack } from './contract.ts'

/** The Region of a role; a topology has one of each. */
export function regionOfRole(
  { regions }: Pick<RunningStack, 'regions'>,
  role: RunningRegion['role'],
): RunningRegion {
  const region = regions.find((candidate) => candidate.role === role)
  invariant(region !== undefined, `the topology has no ${role}`)
  return region
}
