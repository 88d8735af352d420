import { blocksLink } from '../blocks-link.ts'
import { certificateFault } from '../certificate-fault.ts'
import type { FaultKind } from '../fault.ts'

/** Nobody renewed the certificate of one path. */
export const certificateExpired: FaultKind<'certificate-expired'> = {
  name: 'certificate-expired',
  description: 'Shows clients of a link a TLS certificate that has expired.',
  worlds: ['process', 'container'],
  ...blocksLink((link, environment) =>
    certificateFault(environment, link, 'expired', 'CERT_HAS_EXPIRED'),
  ),
}
