import { UsageError } from '../../kernel/errors.ts'
import type { Plan } from '../../plan/plan.ts'
import { remoteSettings } from '../remote-topology.ts'
import { oidcSection } from './target-section.ts'

/**
 * Refuses a provider whose owner did not agree that canary users sign in. A provider has no place
 * of its own for that: the file of its topology says it.
 *
 * @throws UsageError that names the field.
 */
export function requireConsent(plan: Pick<Plan, 'topology'>): void {
  if (remoteSettings(plan, oidcSection).consent === 'observe') return
  throw new UsageError('"target.consent" of the topology has to say "observe"; it says nothing', {
    hint: 'nothing was touched; who owns the provider agrees to canary users by that line',
  })
}
