import type { FaultKind } from '../fault.ts'
import { machineFault } from '../machine-fault.ts'
import { stopsRegion } from '../stops-region.ts'
import { linksAreSilent, linksCarry } from '../verification.ts'

/** The Region loses its network, as if the cable were pulled: nobody is told. */
export const networkDisconnect: FaultKind<'network-disconnect'> = {
  name: 'network-disconnect',
  description: 'Takes a Region off the network below its links: whoever talks to it hears nothing.',
  worlds: ['container'],
  needs: ['own-stack'],
  ...stopsRegion((region, environment) =>
    machineFault(region, {
      disturb: (machine) => machine.disconnect(),
      verify: () => linksAreSilent(environment, region),
      verifyHealed: () => linksCarry(environment, region),
    }),
  ),
}
