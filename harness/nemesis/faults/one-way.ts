import { blockedLink } from '../effects.ts'
import type { FaultKind } from '../fault.ts'
import { linkFault } from '../link-fault.ts'
import { linkIsSilent } from '../verification.ts'

/** One direction of a link is a black hole, the other works. */
export const oneWay: FaultKind<'one-way'> = {
  name: 'one-way',
  description: 'Swallows the bytes of one direction of a link; the other direction works.',
  worlds: ['sim', 'process'],
  effects: ({ link }, environment) => blockedLink(environment, link),
  create: ({ link, direction }, environment) =>
    linkFault(environment, link, { kind: 'black-hole', direction }, linkIsSilent),
}
