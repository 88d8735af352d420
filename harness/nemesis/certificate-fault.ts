import { FaultError } from '../kernel/errors.ts'
import { seconds } from '../kernel/time.ts'
import type { CertificateState, LinkTls } from '../target/contract.ts'
import { type Fault, type FaultEnvironment, linkOf, type Verification } from './fault.ts'

/** How long a handshake may take. */
const handshakeMicrosMax = seconds(5)

/**
 * A fault of the certificate that clients of one link are shown. It is verified by a handshake of
 * its own, with what clients trust.
 *
 * @param code - How the handshake of a client fails.
 */
export function certificateFault(
  environment: FaultEnvironment,
  name: string,
  state: CertificateState,
  code: string,
): Fault {
  const { tls } = linkOf(environment, name)
  if (tls === undefined) {
    throw new FaultError(`clients of the link ${name} speak no TLS: the scenario needs "tls: true"`)
  }
  return {
    apply: () => tls.present(state),
    verify: () => shakesHands(name, tls, code),
    heal: () => tls.present('good'),
    verifyHealed: () => shakesHands(name, tls, 'trusted'),
  }
}

async function shakesHands(name: string, tls: LinkTls, expected: string): Promise<Verification> {
  const { code } = await tls.handshake(handshakeMicrosMax)
  return { held: code === expected, detail: `handshake through ${name}: ${code}` }
}
