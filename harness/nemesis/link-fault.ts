import { invariant } from '../kernel/invariant.ts'
import type { ActiveDisturbance, Disturbance, RunningLink } from '../target/contract.ts'
import { type Fault, type FaultEnvironment, linkOf, type Verification } from './fault.ts'
import { linkCarries } from './verification.ts'

/** A fault that is one disturbance of one link. */
export function linkFault(
  environment: FaultEnvironment,
  name: string,
  disturbance: Disturbance,
  verify: (link: RunningLink) => Promise<Verification>,
): Fault {
  const link = linkOf(environment, name)
  let active: ActiveDisturbance | undefined
  return {
    apply: async () => {
      invariant(active === undefined, `${disturbance.kind} on ${name} is already applied`)
      active = await link.disturb(disturbance)
    },
    verify: () => verify(link),
    heal: async () => active?.lift(),
    verifyHealed: () => linkCarries(link, environment.stack.clock),
  }
}
