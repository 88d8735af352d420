import { blocksLink } from '../blocks-link.ts'
import { certificateFault } from '../certificate-fault.ts'
import type { FaultKind } from '../fault.ts'

/** The certificate of one path is that of another host. */
export const certificateWrongName: FaultKind<'certificate-wrong-name'> = {
  name: 'certificate-wrong-name',
  description: 'Shows clients of a link a TLS certificate that names another host.',
  worlds: ['process', 'container'],
  ...blocksLink((link, environment) =>
    certificateFault(environment, link, 'wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'),
  ),
}
