import { stoppedRegion } from '../effects.ts'
import { type FaultKind, regionOf } from '../fault.ts'
import { regionParameter, stoppingEffects } from '../fault-parameter.ts'
import { regionIs, regionServes } from '../verification.ts'

/** SIGKILL; healed by a start from the disk that it left. */
export const processCrash: FaultKind<'process-crash'> = {
  name: 'process-crash',
  description: "Kills a Region's process at once; heal starts it again from its disk.",
  worlds: ['sim', 'process', 'container'],
  parameters: { region: regionParameter },
  mayCause: stoppingEffects,
  effects: ({ region }, environment) => stoppedRegion(environment, region),
  create: (parameters, environment) => {
    const region = regionOf(environment, parameters.region)
    return {
      apply: () => region.lifecycle.crash(),
      verify: () => regionIs(region, 'stopped'),
      heal: () => region.lifecycle.start(),
      verifyHealed: () => regionServes(region, environment.stack.clock),
    }
  },
}
