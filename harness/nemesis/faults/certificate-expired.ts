import { certificateFault } from '../certificate-fault.ts'
import { blockedLink } from '../effects.ts'
import type { FaultKind } from '../fault.ts'
import { linkParameter, stoppingEffects } from '../fault-parameter.ts'

/** Nobody renewed the certificate of one path. */
export const certificateExpired: FaultKind<'certificate-expired'> = {
  name: 'certificate-expired',
  description: 'Shows clients of a link a TLS certificate that has expired.',
  worlds: ['process', 'container'],
  parameters: { link: linkParameter },
  mayCause: stoppingEffects,
  effects: ({ link }, environment) => blockedLink(environment, link),
  create: ({ link }, environment) =>
    certificateFault(environment, link, 'expired', 'CERT_HAS_EXPIRED'),
}
