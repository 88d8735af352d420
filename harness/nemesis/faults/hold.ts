import { blocksLink } from '../blocks-link.ts'
import type { FaultKind } from '../fault.ts'
import { linkFault } from '../link-fault.ts'
import { linkIsSilent } from '../verification.ts'

/** The link keeps its bytes in order; heal releases them. */
export const hold: FaultKind<'hold'> = {
  name: 'hold',
  description: 'Keeps the bytes of a link in order until it is healed; a cut discards them.',
  worlds: ['sim', 'process', 'container', 'remote'],
  needs: ['hold'],
  ...blocksLink((link, environment) =>
    linkFault(environment, link, { kind: 'hold', direction: 'both' }, linkIsSilent),
  ),
}
