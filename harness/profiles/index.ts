import { cognitoMrr } from './cognito-mrr.ts'
import { failoverSafety } from './failover-safety.ts'
import { gameDayProfile } from './game-day-profile.ts'
import type { Profile, Requirement } from './profile.ts'

/** Every profile that runs of scenarios are held against. */
export const profiles: readonly Profile[] = [failoverSafety, cognitoMrr]

/** Every profile that a stored history may name, also that of a watch. */
export const judgedProfiles: readonly Profile[] = [...profiles, gameDayProfile]

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
