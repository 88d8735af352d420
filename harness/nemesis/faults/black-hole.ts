import { blocksLink } from '../blocks-link.ts'
import type { FaultKind } from '../fault.ts'
import { linkFault } from '../link-fault.ts'
import { linkIsSilent } from '../verification.ts'

/** Connections stay open and every byte vanishes. */
export const blackHole: FaultKind<'black-hole'> = {
  name: 'black-hole',
  description: 'Keeps the connections of a link open and swallows every byte in both directions.',
  worlds: ['sim', 'process', 'container', 'remote'],
  ...blocksLink((link, environment) =>
    linkFault(environment, link, { kind: 'black-hole', direction: 'both' }, linkIsSilent),
  ),
}
