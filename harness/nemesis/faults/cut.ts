import { blocksLink } from '../blocks-link.ts'
import type { FaultKind } from '../fault.ts'
import { linkFault } from '../link-fault.ts'
import { linkIsCut } from '../verification.ts'

/** The link refuses connections, resets open ones and discards what it holds. */
export const cut: FaultKind<'cut'> = {
  name: 'cut',
  description: 'Refuses and resets every connection of a link and discards the bytes it holds.',
  worlds: ['sim', 'process', 'container', 'remote'],
  ...blocksLink((link, environment) => linkFault(environment, link, { kind: 'cut' }, linkIsCut)),
}
