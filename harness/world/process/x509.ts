import { type KeyObject, sign } from 'node:crypto'
import { type Instant, toMillis } from '../../kernel/time.ts'

/** What a certificate says. */
export interface CertificateContent {
  /** The common name of its subject; unique for each certificate of one issuer. */
  readonly subject: string
  readonly issuer: string
  /** A positive number that its issuer gives once. */
  readonly serial: number
  readonly notBefore: Instant
  readonly notAfter: Instant
  /** DNS names of the host; undefined: the certificate of an authority. */
  readonly hosts?: readonly string[]
}

/**
 * An X.509 certificate, version 3, in PEM (RFC 5280, encoded by the rules of X.690): an elliptic
 * key, signed with ECDSA and SHA-256 (RFC 5758 section 3.2).
 *
 * @param publicKey - Of the subject.
 * @param issuerKey - Private, on the curve P-256.
 */
export function certificatePem(
  content: CertificateContent,
  publicKey: KeyObject,
  issuerKey: KeyObject,
): string {
  const body = sequence(
    context(0, integer(2)),
    integer(content.serial),
    ecdsaWithSha256,
    commonName(content.issuer),
    sequence(time(content.notBefore), time(content.notAfter)),
    commonName(content.subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    context(3, sequence(...extensions(content.hosts))),
  )
  const signature = sign('sha256', body, { key: issuerKey, dsaEncoding: 'der' })
  const whole = sequence(body, ecdsaWithSha256, bits(signature))
  const lines = whole.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

function extensions(hosts: readonly string[] | undefined): readonly Buffer[] {
  if (hosts === undefined) {
    // An authority, and nothing but: it signs certificates.
    return [
      extension('551d13', sequence(truth)),
      extension('551d0f', tagged(0x03, Buffer.from([2, 0b0000_0100]))),
    ]
  }
  const names = hosts.map((host) => tagged(0x82, Buffer.from(host, 'latin1')))
  return [
    extension('551d13', sequence()),
    // Key use for servers: id-kp-serverAuth.
    extension('551d25', sequence(objectId('2b06010505070301'))),
    extension('551d11', sequence(...names)),
  ]
}

/** A critical extension where it decides what the certificate is good for: all of these do. */
function extension(id: string, value: Buffer): Buffer {
  return sequence(objectId(id), truth, tagged(0x04, value))
}

/** Up to 2049 a UTCTime, from then on a GeneralizedTime (RFC 5280 section 4.1.2.5). */
function time(at: Instant): Buffer {
  const digits = new Date(toMillis(at)).toISOString().replace(/[-:T]|\.\d+/g, '')
  const isShort = Number(digits.slice(0, 4)) < 2050
  return tagged(isShort ? 0x17 : 0x18, Buffer.from(isShort ? digits.slice(2) : digits))
}

function commonName(name: string): Buffer {
  const attribute = sequence(objectId('550403'), tagged(0x0c, Buffer.from(name, 'utf8')))
  return sequence(tagged(0x31, attribute))
}

function integer(value: number): Buffer {
  const digits = value.toString(16)
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex')
  // A leading bit would be a sign.
  return tagged(0x02, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.alloc(1), bytes]))
}

function bits(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.alloc(1), bytes]))
}

function context(number: number, content: Buffer): Buffer {
  return tagged(0xa0 + number, content)
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'))
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(contents))
}

/** Tag, length in its shortest form, content (X.690 section 8.1). */
function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  const digits = length.toString(16)
  const size = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 + size.length]), size, content])
}

const truth = tagged(0x01, Buffer.from([0xff]))
const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'))
