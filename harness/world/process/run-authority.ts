import { generateKeyPairSync } from 'node:crypto'
import { systemWallClock } from '../../kernel/clock.ts'
import { type Micros, seconds } from '../../kernel/time.ts'
import type { CertificateState } from '../../target/contract.ts'
import { type CertificateContent, certificatePem } from './x509.ts'

const day: Micros = seconds(86_400)

/** A key and its certificate, in PEM: as a TLS server wants them. */
export interface KeyedCertificate {
  readonly key: string
  readonly cert: string
}

/** The certificate authority of one stack. Its keys are in memory alone and end with it. */
export interface RunAuthority {
  /** What clients of the stack trust. */
  readonly certificate: string
  /** A certificate for a host, with what is wrong with it. */
  issue(host: string, state: CertificateState): KeyedCertificate
}

/** Makes an authority, and one that nobody trusts. */
export function runAuthority(): RunAuthority {
  const trusted = authority('Interregnum run')
  const stranger = authority('Somebody else')
  return {
    certificate: trusted.certificate,
    issue: (host, state) => {
      const hosts = [state === 'wrong-name' ? `other.${host}` : host]
      const age = state === 'expired' ? { from: -3 * day, until: -day } : { from: -day, until: day }
      return (state === 'untrusted' ? stranger : trusted).issue(hosts, age)
    },
  }
}

interface Age {
  readonly from: Micros
  readonly until: Micros
}

function authority(name: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  let serial = 0
  const contentOf = (subject: string, { from, until }: Age): CertificateContent => {
    serial += 1
    const now = systemWallClock().now()
    return { subject, issuer: name, serial, notBefore: now + from, notAfter: now + until }
  }
  return {
    certificate: certificatePem(contentOf(name, { from: -day, until: day }), publicKey, privateKey),
    issue: (hosts: readonly string[], age: Age): KeyedCertificate => {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const content = { ...contentOf(hosts[0] ?? name, age), hosts }
      return {
        key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        cert: certificatePem(content, own.publicKey, privateKey),
      }
    },
  }
}
