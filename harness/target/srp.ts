import { createHash, createHmac, getDiffieHellman } from 'node:crypto'
import { invariant } from '../kernel/invariant.ts'
import type { Instant } from '../kernel/time.ts'

/** `3072`: what clients of Cognito use. `256`: the reference stack's small group for campaigns. */
export type SrpGroupName = '3072' | '256'

/** What the server sent with the challenge PASSWORD_VERIFIER or DEVICE_PASSWORD_VERIFIER. */
export interface SrpServerAnswer {
  /** `SALT`, hexadecimal. */
  readonly salt: string
  /** `SRP_B`, hexadecimal. */
  readonly serverPublic: string
  /** `SECRET_BLOCK`, base64. */
  readonly secretBlock: string
}

/** The secret that is proved, and whose it is. */
export interface SrpProof {
  /** The pool id behind its `_`; of a device its group key. */
  readonly realm: string
  /** `USER_ID_FOR_SRP`; of a device its key. */
  readonly name: string
  readonly password: string
}

/** The client's side of one SRP sign-in, as the clients of Cognito compute it. */
export class SrpClient {
  readonly #group: Group
  readonly #secret: bigint
  readonly #public: bigint

  /** @param random - At least 32 bytes of a draw for this sign-in alone. */
  constructor(name: SrpGroupName, random: Uint8Array) {
    invariant(random.length >= 32, 'an SRP secret needs 32 bytes')
    this.#group = groupOf(name)
    this.#secret = fromHex(Buffer.from(random).toString('hex'))
    this.#public = this.#group.power(generator, this.#secret)
  }

  /** `SRP_A`, hexadecimal. */
  get clientPublic(): string {
    return this.#public.toString(16)
  }

  /**
   * `PASSWORD_CLAIM_SIGNATURE`, base64.
   *
   * @param timestamp - `TIMESTAMP` of the same answer; see {@link srpTimestamp}.
   * @throws InvariantError if the server's value is 0 modulo N: then it proves nothing.
   */
  claim(answer: SrpServerAnswer, proof: SrpProof, timestamp: string): string {
    const { modulus, power } = this.#group
    const serverPublic = fromHex(answer.serverPublic)
    invariant(serverPublic % modulus !== 0n, 'SRP_B must not be 0 modulo N')
    const scramble = fromHex(hash(hexBytes(padded(this.#public)), hexBytes(padded(serverPublic))))
    const secret = passwordSecret(proof, fromHex(answer.salt))
    const multiplier = fromHex(hash(hexBytes(padded(modulus)), hexBytes(padded(generator))))
    const masked = serverPublic - multiplier * power(generator, secret)
    const base = ((masked % modulus) + modulus) % modulus
    const shared = power(base, this.#secret + scramble * secret)
    const extracted = mac(hexBytes(padded(scramble)), hexBytes(padded(shared)))
    const key = mac(extracted, Buffer.from('Caldera Derived Key\u0001')).subarray(0, 16)
    const signed = [
      Buffer.from(proof.realm + proof.name),
      Buffer.from(answer.secretBlock, 'base64'),
      Buffer.from(timestamp),
    ]
    return mac(key, Buffer.concat(signed)).toString('base64')
  }
}

/** `DeviceSecretVerifierConfig` of ConfirmDevice for a password that the device made up. */
export function srpDeviceVerifier(
  name: SrpGroupName,
  proof: SrpProof,
  salt: Uint8Array,
): { readonly Salt: string; readonly PasswordVerifier: string } {
  const saltNumber = fromHex(Buffer.from(salt).toString('hex'))
  const verifier = groupOf(name).power(generator, passwordSecret(proof, saltNumber))
  const base64 = (value: bigint): string => hexBytes(padded(value)).toString('base64')
  return { Salt: base64(saltNumber), PasswordVerifier: base64(verifier) }
}

/** The time as SRP clients of Cognito write it: `Wed Jan 7 04:05:06 UTC 2026`. */
export function srpTimestamp(now: Instant): string {
  const [, weekDay, day, month, year, time] =
    /^(\w{3}), (\d{2}) (\w{3}) (\d{4}) ([\d:]{8}) GMT$/.exec(new Date(now / 1_000).toUTCString()) ??
    []
  return `${weekDay} ${month} ${Number(day)} ${time} UTC ${year}`
}

const generator = 2n

interface Group {
  readonly modulus: bigint
  power(base: bigint, exponent: bigint): bigint
}

function groupOf(name: SrpGroupName): Group {
  // The prime of RFC 5054's 3072-bit group is that of RFC 3526 section 4.
  const modulus =
    name === '256'
      ? 2n ** 256n - 36_113n
      : fromHex(getDiffieHellman('modp15').getPrime().toString('hex'))
  return { modulus, power: (base, exponent) => squareAndMultiply(base, exponent, modulus) }
}

function squareAndMultiply(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

function passwordSecret({ realm, name, password }: SrpProof, salt: bigint): bigint {
  const inner = hash(Buffer.from(`${realm}${name}:${password}`))
  return fromHex(hash(hexBytes(padded(salt)), hexBytes(inner)))
}

function hash(...parts: readonly Uint8Array[]): string {
  return createHash('sha256').update(Buffer.concat(parts)).digest('hex')
}

function mac(key: Uint8Array, data: Uint8Array): Buffer {
  return createHmac('sha256', key).update(data).digest()
}

function fromHex(hex: string): bigint {
  return BigInt(`0x${hex}`)
}

function hexBytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}

function evenHex(value: bigint): string {
  const hex = value.toString(16)
  return hex.length % 2 === 0 ? hex : `0${hex}`
}

/** A number as it enters a hash: with a zero byte in front where its first bit is set. */
function padded(value: bigint): string {
  const hex = evenHex(value)
  return /^[89a-f]/.test(hex) ? `00${hex}` : hex
}
