import { blocksLink } from '../blocks-link.ts'
import { certificateFault } from '../certificate-fault.ts'
import type { FaultKind } from '../fault.ts'

/** The certificate of one path comes from an authority that clients do not know. */
export const certificateUntrusted: FaultKind<'certificate-untrusted'> = {
  name: 'certificate-untrusted',
  description: 'Shows clients of a link a TLS certificate of an authority that they do not trust.',
  worlds: ['process', 'container'],
  ...blocksLink((link, environment) =>
    certificateFault(environment, link, 'untrusted', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
  ),
}
