import type { RunningRegion } from '../target/contract.ts'
import { stoppedRegion } from './effects.ts'
import { type Fault, type FaultEnvironment, type FaultKind, regionOf } from './fault.ts'
import { regionParameter, stoppingEffects } from './fault-parameter.ts'

/** What all kinds of faults have in common after which one Region does not serve. */
export function stopsRegion(
  make: (region: RunningRegion, environment: FaultEnvironment) => Fault,
): Pick<FaultKind<'pause'>, 'parameters' | 'mayCause' | 'effects' | 'create'> {
  return {
    parameters: { region: regionParameter },
    mayCause: stoppingEffects,
    effects: ({ region }, environment) => stoppedRegion(environment, region),
    create: ({ region }, environment) => make(regionOf(environment, region), environment),
  }
}
