import { stoppedRegion } from '../effects.ts'
import { type FaultKind, regionOf } from '../fault.ts'
import { regionParameter, stoppingEffects } from '../fault-parameter.ts'
import { regionIs, regionServes } from '../verification.ts'

/** The process stands still with its connections open. */
export const pause: FaultKind<'pause'> = {
  name: 'pause',
  description: "Freezes a Region's process with its connections open; heal lets it go on.",
  worlds: ['sim', 'process', 'container'],
  parameters: { region: regionParameter },
  mayCause: stoppingEffects,
  effects: ({ region }, environment) => stoppedRegion(environment, region),
  create: (parameters, environment) => {
    const region = regionOf(environment, parameters.region)
    return {
      apply: () => region.lifecycle.pause(),
      verify: () => regionIs(region, 'paused'),
      heal: () => region.lifecycle.resume(),
      verifyHealed: () => regionServes(region, environment.stack.clock),
    }
  },
}
