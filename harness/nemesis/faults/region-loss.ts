import type { ActiveDisturbance, RunningLink, RunningRegion } from '../../target/contract.ts'
import type { FaultEnvironment, FaultKind, Verification } from '../fault.ts'
import { stopsRegion } from '../stops-region.ts'
import { allOf, both, linkIsCut, linkIsOpen, regionIs, regionServes } from '../verification.ts'

/**
 * One composite fault: cut the Region's client link, cut its replication links discarding what
 * they hold, kill it. When it is in force, nothing that the Region sent arrives any more.
 */
export const regionLoss: FaultKind<'region-loss'> = {
  name: 'region-loss',
  description: 'Cuts every link of a Region, discarding what they hold, and kills its process.',
  worlds: ['sim', 'process', 'container', 'remote'],
  ...stopsRegion((region, environment) => {
    const links = linksOf(environment, region.name)
    const cuts: ActiveDisturbance[] = []
    return {
      apply: async () => {
        // Side by side: the shorter the loss takes, the better its moment is known.
        const cutting = links.map(async (link) => cuts.push(await link.disturb({ kind: 'cut' })))
        const { lifecycle, loss } = region
        const ending =
          loss === undefined
            ? (lifecycle.halt ?? lifecycle.crash)()
            : loss.begin().then((active) => void cuts.unshift(active))
        const failed = (await Promise.allSettled([...cutting, ending])).find(isRejected)
        if (failed !== undefined) throw failed.reason
      },
      verify: async () => {
        const looks = links.map((link) => () => linkIsCut(link))
        const { loss } = region
        if (loss === undefined) return allOf([() => regionIs(region, 'stopped'), ...looks])
        const { isLost } = loss
        return allOf(isLost === undefined ? looks : [() => regionIsLost(region, isLost), ...looks])
      },
      heal: async () => {
        try {
          if (region.loss === undefined) await region.lifecycle.start()
        } finally {
          for (const active of cuts.splice(0).reverse()) await active.lift()
        }
      },
      verifyHealed: async () => {
        const { clock } = environment.stack
        let seen = await regionServes(region, clock)
        for (const link of links) seen = both(seen, await linkIsOpen(link, clock))
        return seen
      },
    }
  }),
}

function isRejected(one: PromiseSettledResult<unknown>): one is PromiseRejectedResult {
  return one.status === 'rejected'
}

/** Client links first, and opened last: clients see nothing of a Region that is half there. */
function linksOf(environment: FaultEnvironment, region: string): readonly RunningLink[] {
  const touching = environment.stack.links.filter(
    (link) => link.to === region || link.from === region,
  )
  return [
    ...touching.filter((link) => link.from === 'clients'),
    ...touching.filter((link) => link.from !== 'clients'),
  ]
}

async function regionIsLost(
  { name }: RunningRegion,
  isLost: () => Promise<boolean>,
): Promise<Verification> {
  const held = await isLost()
  return { held, detail: `past every link, ${name} ${held ? 'does not answer' : 'answers'}` }
}
