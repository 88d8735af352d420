import type { FaultKind } from '../fault.ts'
import { stopsRegion } from '../stops-region.ts'
import { regionIs, regionServes } from '../verification.ts'

/** The process stands still with its connections open. */
export const pause: FaultKind<'pause'> = {
  name: 'pause',
  description: "Freezes a Region's process with its connections open; heal lets it go on.",
  worlds: ['sim', 'process', 'container'],
  ...stopsRegion((region, { stack }) => ({
    apply: () => region.lifecycle.pause(),
    verify: () => regionIs(region, 'paused'),
    heal: () => region.lifecycle.resume(),
    verifyHealed: () => regionServes(region, stack.clock),
  })),
}
