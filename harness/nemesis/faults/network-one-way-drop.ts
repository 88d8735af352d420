import { stoppedRegion } from '../effects.ts'
import { type FaultKind, regionOf } from '../fault.ts'
import { regionParameter, stoppingEffects } from '../fault-parameter.ts'
import { packetFault } from '../machine-fault.ts'

/**
 * Packets pass one way only, below every link: what is sent arrives and is answered, and no answer
 * comes back, or nothing arrives and the Region talks to the void.
 */
export const networkOneWayDrop: FaultKind<'network-one-way-drop'> = {
  name: 'network-one-way-drop',
  description: 'Drops the packets that come to a Region, or those that leave it, below its links.',
  worlds: ['container'],
  needs: ['own-stack'],
  parameters: {
    region: regionParameter,
    direction: {
      type: 'choice',
      choices: ['into', 'out-of'],
      about: 'which packets are dropped, seen from the Region',
    },
  },
  mayCause: stoppingEffects,
  effects: ({ region }, environment) => stoppedRegion(environment, region),
  create: ({ region: name, direction }, environment) => {
    const region = regionOf(environment, name)
    return packetFault(region, environment, (machine) => machine.drop(direction))
  },
}
