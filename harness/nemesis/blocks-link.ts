import type { LinkName } from '../target/contract.ts'
import { blockedLink } from './effects.ts'
import type { Fault, FaultEnvironment, FaultKind } from './fault.ts'
import { linkParameter, stoppingEffects } from './fault-parameter.ts'

/** What all kinds of faults have in common after which one link leads nobody to its end. */
export function blocksLink(
  make: (link: LinkName, environment: FaultEnvironment) => Fault,
): Pick<FaultKind<'cut'>, 'parameters' | 'mayCause' | 'effects' | 'create'> {
  return {
    parameters: { link: linkParameter },
    mayCause: stoppingEffects,
    effects: ({ link }, environment) => blockedLink(environment, link),
    create: ({ link }, environment) => make(link, environment),
  }
}
