import { createHmac, timingSafeEqual } from 'node:crypto'
import { compactVerify, errors, importJWK, type JWK } from 'jose'

/** A public key of a JWKS, ready to verify. */
export interface VerificationKey {
  readonly keyId: string
  readonly algorithm: string
  /** Equal for equal keys: one result serves every Region that publishes the same key. */
  readonly identity: string
  /** The code of the reason why the signature of a compact JWS does not hold, or undefined. */
  refusal(token: string): Promise<string | undefined>
}

/** Algorithms of keys that name none (RFC 7517 section 4.4 makes the member optional). */
const algorithmByType: Readonly<Record<string, string>> = {
  RSA: 'RS256',
  EC: 'ES256',
  oct: 'HS256',
}

/**
 * Prepares one key of a JWKS. The algorithm is the key's, whatever a token says of itself
 * (RFC 8725 section 3.1). A key that cannot be used refuses every token with `ERR_JWK_INVALID`.
 *
 * @param identity - Names the key material without telling it.
 */
export async function verificationKey(jwk: JWK, identity: string): Promise<VerificationKey> {
  const algorithm = jwk.alg ?? algorithmByType[jwk.kty ?? ''] ?? 'unknown'
  const base = { keyId: jwk.kid ?? '', algorithm, identity }
  if (jwk.kty === 'oct' && algorithm === 'HS256') {
    const secret = Buffer.from(jwk.k ?? '', 'base64url')
    return { ...base, refusal: async (token) => hmacRefusal(token, secret) }
  }
  const key = await importJWK(jwk, algorithm).catch(() => undefined)
  return {
    ...base,
    refusal: async (token) => {
      if (key === undefined) return 'ERR_JWK_INVALID'
      try {
        await compactVerify(token, key, { algorithms: [algorithm] })
        return undefined
      } catch (error) {
        if (error instanceof errors.JOSEError) return error.code
        return 'ERR_JWK_INVALID'
      }
    },
  }
}

/**
 * HS256 exists only where time is virtual, with millions of tokens: synchronous, because a call
 * that leaves the event loop holds the virtual clock and costs twenty times as much.
 */
function hmacRefusal(token: string, secret: Uint8Array): string | undefined {
  const [header, payload, signature, ...more] = token.split('.')
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) {
    return errors.JWSInvalid.code
  }
  if (!headerSaysHs256(header)) return errors.JOSEAlgNotAllowed.code
  const expected = createHmac('sha256', secret).update(`${header}.${payload}`).digest()
  const presented = Buffer.from(signature, 'base64url')
  const holds = presented.length === expected.length && timingSafeEqual(presented, expected)
  return holds ? undefined : errors.JWSSignatureVerificationFailed.code
}

function headerSaysHs256(header: string): boolean {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'))
    return (parsed as { alg?: unknown } | null)?.alg === 'HS256'
  } catch {
    return false
  }
}
