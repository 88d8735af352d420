import type { FaultKind } from '../fault.ts'
import { packetFault } from '../machine-fault.ts'
import { stopsRegion } from '../stops-region.ts'

/** The Region loses its network, as if the cable were pulled: nobody is told. */
export const networkDisconnect: FaultKind<'network-disconnect'> = {
  name: 'network-disconnect',
  description: 'Takes a Region off the network below its links: whoever talks to it hears nothing.',
  worlds: ['container'],
  needs: ['own-stack'],
  ...stopsRegion((region, environment) =>
    packetFault(region, environment, (machine) => machine.disconnect()),
  ),
}
