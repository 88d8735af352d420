import { createHmac } from 'node:crypto'
import { invariant } from '../kernel/invariant.ts'
import { type Instant, type Micros, seconds } from '../kernel/time.ts'

/** Length of a time step (RFC 6238 section 4.1). */
export const totpStepMicros: Micros = seconds(30)

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The number of the time step that holds `instant`; a code must be used at most once per step. */
export function totpStepAt(instant: Instant): number {
  return Math.floor(instant / totpStepMicros)
}

/**
 * The code of six digits of an authenticator app (RFC 6238 with HMAC-SHA-1, RFC 4226 section 5.3).
 *
 * @param secret - Base32 without padding, as AssociateSoftwareToken answers it.
 * @throws InvariantError if the secret is not base32.
 */
export function totpCodeAt(secret: string, instant: Instant): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(totpStepAt(instant)))
  const mac = createHmac('sha1', bytesOfBase32(secret)).update(counter).digest()
  const offset = mac.readUInt8(mac.length - 1) & 0xf
  const truncated = mac.readUInt32BE(offset) & 0x7fff_ffff
  return String(truncated % 1_000_000).padStart(6, '0')
}

/** The text of bytes as authenticator apps take it: base32 without padding (RFC 4648 section 6). */
export function base32Of(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => base32[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')
}

function bytesOfBase32(text: string): Uint8Array {
  let bits = ''
  for (const character of text.toUpperCase().replaceAll('=', '')) {
    const value = base32.indexOf(character)
    invariant(value >= 0, 'a TOTP secret must be base32')
    bits += value.toString(2).padStart(5, '0')
  }
  const bytes = new Uint8Array(Math.floor(bits.length / 8))
  return bytes.map((_, index) => Number.parseInt(bits.slice(index * 8, index * 8 + 8), 2))
}
