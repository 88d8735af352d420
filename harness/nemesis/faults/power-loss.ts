import { FaultError } from '../../kernel/errors.ts'
import type { FaultKind } from '../fault.ts'
import { stopsRegion } from '../stops-region.ts'
import { regionIs, regionServes } from '../verification.ts'

/** A crash in which the unsynced end of the disk is dropped or torn. */
export const powerLoss: FaultKind<'power-loss'> = {
  name: 'power-loss',
  description: 'Kills a Region and drops or tears the end of its disk that was not synced.',
  worlds: ['sim'],
  ...stopsRegion((region, { stack }) => ({
    apply: async () => {
      if (region.lifecycle.losePower === undefined) {
        throw new FaultError(`this world cannot cut the power of ${region.name}`)
      }
      await region.lifecycle.losePower()
    },
    verify: () => regionIs(region, 'stopped'),
    heal: () => region.lifecycle.start(),
    verifyHealed: () => regionServes(region, stack.clock),
  })),
}
