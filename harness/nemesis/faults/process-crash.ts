import type { FaultKind } from '../fault.ts'
import { stopsRegion } from '../stops-region.ts'
import { regionIs, regionServes } from '../verification.ts'

/** SIGKILL; healed by a start from the disk that it left. */
export const processCrash: FaultKind<'process-crash'> = {
  name: 'process-crash',
  description: "Kills a Region's process at once; heal starts it again from its disk.",
  worlds: ['sim', 'process', 'container', 'remote'],
  needs: ['ends-regions'],
  ...stopsRegion((region, { stack }) => ({
    apply: () => region.lifecycle.crash(),
    verify: () => regionIs(region, 'stopped'),
    heal: () => region.lifecycle.start(),
    verifyHealed: () => regionServes(region, stack.clock),
  })),
}
