import type { FaultKind } from '../fault.ts'
import { stopsRegion } from '../stops-region.ts'
import { regionServes } from '../verification.ts'

/** A crash and a start from disk in one step. */
export const restart: FaultKind<'restart'> = {
  name: 'restart',
  description: "Kills a Region's process and starts it again from its disk at once.",
  worlds: ['sim', 'process', 'container', 'remote'],
  needs: ['ends-regions'],
  ...stopsRegion((region, environment) => {
    let bootBefore = 0
    return {
      apply: async () => {
        bootBefore = (await region.control.status()).boot
        await region.lifecycle.crash()
        await region.lifecycle.start()
      },
      verify: async () => {
        const { boot } = await region.control.status()
        return {
          held: boot > bootBefore,
          detail: `boots of ${region.name}: ${boot - bootBefore} more`,
        }
      },
      heal: async () => {},
      verifyHealed: () => regionServes(region, environment.stack.clock),
    }
  }),
}
