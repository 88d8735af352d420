import type { ActiveDisturbance, RunningLink } from '../../target/contract.ts'
import { stoppedRegion } from '../effects.ts'
import { type FaultEnvironment, type FaultKind, regionOf } from '../fault.ts'
import { both, linkIsBlocked, regionIs, regionServes } from '../verification.ts'

/**
 * One composite fault: cut the Region's client link, cut its replication links discarding what
 * they hold, kill it. Only then can nothing that it sent arrive after its death.
 */
export const regionLoss: FaultKind<'region-loss'> = {
  name: 'region-loss',
  description: 'Cuts every link of a Region, discarding what they hold, and kills its process.',
  worlds: ['sim', 'process'],
  effects: ({ region }, environment) => stoppedRegion(environment, region),
  create: (parameters, environment) => {
    const region = regionOf(environment, parameters.region)
    const links = linksOf(environment, region.name)
    const cuts: ActiveDisturbance[] = []
    return {
      apply: async () => {
        for (const link of links) cuts.push(await link.disturb({ kind: 'cut' }))
        await region.lifecycle.crash()
      },
      verify: async () => {
        let seen = await regionIs(region, 'stopped')
        for (const link of links) seen = both(seen, await linkIsBlocked(link))
        return seen
      },
      heal: async () => {
        await region.lifecycle.start()
        for (const active of cuts.splice(0).reverse()) await active.lift()
      },
      verifyHealed: () => regionServes(region, environment.stack.clock),
    }
  },
}

/** Client links first: clients stop before the Region dies. */
function linksOf(environment: FaultEnvironment, region: string): readonly RunningLink[] {
  const touching = environment.stack.links.filter(
    (link) => link.to === region || link.from === region,
  )
  return [
    ...touching.filter((link) => link.from === 'clients'),
    ...touching.filter((link) => link.from !== 'clients'),
  ]
}
