import type { Plan } from '../../plan/plan.ts'
import type { SrpGroupName } from '../srp.ts'

/**
 * The group of a run: keys that exist in virtual time only go with the group that exists for
 * campaigns only.
 */
export function srpGroupOf(plan: Pick<Plan, 'cryptography'>): SrpGroupName {
  return plan.cryptography.signing === 'HS256' ? '256' : '3072'
}
