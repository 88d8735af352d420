import type { Clock } from '../kernel/clock.ts'
import { invariant } from '../kernel/invariant.ts'
import type { ActiveDisturbance, Disturbance, RunningLink } from '../target/contract.ts'
import { type Fault, type FaultEnvironment, linkOf, type Verification } from './fault.ts'
import { linkCarries } from './verification.ts'

/** How the state of a link is looked at. */
type Look = (link: RunningLink, clock: Clock) => Promise<Verification>

/** A fault that is one disturbance of one link. Healed is by default: it carries bytes again. */
export function linkFault(
  environment: FaultEnvironment,
  name: string,
  disturbance: Disturbance,
  verify: Look,
  verifyHealed: Look = linkCarries,
): Fault {
  const link = linkOf(environment, name)
  let active: ActiveDisturbance | undefined
  return {
    apply: async () => {
      invariant(active === undefined, `${disturbance.kind} on ${name} is already applied`)
      active = await link.disturb(disturbance)
    },
    verify: () => verify(link, environment.stack.clock),
    heal: async () => active?.lift(),
    verifyHealed: () => verifyHealed(link, environment.stack.clock),
  }
}
