import type { RegionName } from '../../history/operation.ts'
import type { RunningLink, RunningStack } from '../contract.ts'

/**
 * Whether a driver goes over the links: one that does not is disturbed by no fault, and whatever
 * it says would pass.
 */
export interface LinkProof {
  /**
   * Why an answer of a Region cannot be one, as a clause; undefined where something came over its
   * link since the beginning, or where what carries it does not tell.
   */
  against(region: RegionName): Promise<string | undefined>
}

/** Begins to count, before the driver is told where its Regions are. */
export async function linkProof({
  links = [],
}: Partial<Pick<RunningStack, 'links'>>): Promise<LinkProof> {
  const counted = new Map<RegionName, { readonly link: RunningLink; readonly before: number }>()
  for (const link of links) {
    if (link.from !== 'clients' || link.accepted === undefined) continue
    counted.set(link.to, { link, before: await link.accepted() })
  }
  return {
    against: async (region) => {
      const one = counted.get(region)
      if (one === undefined) return undefined
      const now = await one.link.accepted?.().catch(() => undefined)
      if (now === one.before)
        return `answered for ${region} although nothing had come over its link`
      counted.delete(region)
      return undefined
    },
  }
}
