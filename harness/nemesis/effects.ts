import type { FaultEffect } from '../history/line.ts'
import type { RegionName } from '../history/operation.ts'
import type { LinkName, RunningLink } from '../target/contract.ts'
import { type FaultEnvironment, linkOf, regionOf } from './fault.ts'

/** What a link that carries nothing (any more) means. */
export function blockedLink(environment: FaultEnvironment, name: LinkName): readonly FaultEffect[] {
  const link = linkOf(environment, name)
  if (link.from === 'clients') return [{ effect: 'region-unavailable', region: link.to }]
  return [{ effect: 'replication-disturbed', region: readerOf(link) }]
}

/** What a slowed link means. */
export function slowedLink(environment: FaultEnvironment, name: LinkName): readonly FaultEffect[] {
  const link = linkOf(environment, name)
  if (link.from === 'clients') return [{ effect: 'clients-disturbed', region: link.to }]
  return [{ effect: 'replication-disturbed', region: readerOf(link) }]
}

/** What it means that a Region serves only a part of what it is asked. */
export function degradedRegion(region: RegionName): readonly FaultEffect[] {
  return [{ effect: 'region-degraded', region }]
}

/** What it means that a Region's process does not run. */
export function stoppedRegion(
  environment: FaultEnvironment,
  region: RegionName,
): readonly FaultEffect[] {
  const readers = environment.stack.links
    .filter((link) => link.from !== 'clients' && (link.to === region || link.from === region))
    .map((link) => readerOf(link))
  return [
    { effect: 'region-unavailable', region },
    ...readers.map((reader) => ({ effect: 'replication-disturbed' as const, region: reader })),
  ]
}

/** What it means that a Region has little to run on: a replica may fall behind. */
export function confinedRegion(
  environment: FaultEnvironment,
  region: RegionName,
): readonly FaultEffect[] {
  if (regionOf(environment, region).role === 'primary') return degradedRegion(region)
  return [...degradedRegion(region), { effect: 'replication-disturbed', region }]
}

/** The end that gets the changes of the other one. */
function readerOf({ from, to, pushes }: Pick<RunningLink, 'from' | 'to' | 'pushes'>): RegionName {
  return pushes === true ? to : from
}
