import { cognitoMrr } from './cognito-mrr.ts'
import { failoverSafety } from './failover-safety.ts'
import type { Profile, Requirement } from './profile.ts'

/** Every profile of this version. */
export const profiles: readonly Profile[] = [failoverSafety, cognitoMrr]

/** The requirement of that id in any profile, if there is one. */
export function findRequirement(
  id: string,
  from: readonly Profile[] = profiles,
): Requirement | undefined {
  for (const profile of from) {
    const found = profile.requirements.find((requirement) => requirement.id === id)
    if (found) return found
  }
  return undefined
}
