import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload } from 'jose'
import type { JwksLine, TokenObservation, TokenVerification } from '../history/line.ts'
import type { RegionName } from '../history/operation.ts'
import type { HttpClient } from '../http/http.ts'
import type { Clock, WallClock } from '../kernel/clock.ts'
import { canonicalJson } from '../kernel/json.ts'
import { type Instant, millis, seconds } from '../kernel/time.ts'
import { type JwksSource, jwksSource, keyedDigest } from './jwks-snapshots.ts'
import type { VerificationKey } from './verification-key.ts'

/** Results of signature checks that are kept; the oldest goes first. */
const signatureCacheMax = 20_000

/** Digests of claims and families that are kept. */
const claimCacheMax = 20_000

/** The last second that a date can hold (ECMA-262 section 21.4.1.1). */
const secondsMax = 8_640_000_000_000

/** Headers of tokens that are kept. */
const headerCacheMax = 64

/** Claims that differ from token to token by their nature. */
const ownClaims: ReadonlySet<string> = new Set([
  'iat',
  'exp',
  'auth_time',
  'jti',
  'origin_jti',
  'event_id',
])

/** The same of OpenID providers: hashes of what came with the token, and what a request brought. */
const ownClaimsOfOpenid: ReadonlySet<string> = new Set([
  ...ownClaims,
  ...['at_hash', 'c_hash', 's_hash', 'nonce', 'nbf', 'rat', 'sid', 'session_state', 'uti'],
])

export type TokenUse = TokenObservation['use']

/** Words for what claims say. */
export type TokenDialect = 'cognito' | 'openid'

export interface TokenInspectorOptions {
  readonly regions: readonly { readonly name: RegionName; readonly direct: HttpClient }[]
  /** Path of the JWKS in each Region, or in each of them by name. */
  readonly jwksPath: string | ReadonlyMap<RegionName, string>
  /**
   * Whose claims they are. `cognito` (the default): `token_use` says what a token is for, and
   * access tokens name their client in `client_id`. `openid`: neither has to be there
   * (RFC 9068 section 2.2 asks for `client_id`; `azp`, `cid`, `aud` are taken in its place).
   */
  readonly dialect?: TokenDialect
  readonly clock: Clock
  /** The wall clock of clients. */
  readonly wall: WallClock
  readonly digestKey: Uint8Array
  /** `iss` has to be one of them, wherever the token was minted. */
  readonly expectedIssuers: readonly [string, ...string[]]
  /** App clients: `aud` of ID tokens and `client_id` of access tokens have to be one of them. */
  readonly expectedAudiences: readonly [string, ...string[]]
  /** How long after `exp` a verifier still accepts a token. */
  readonly leewayMillis: number
  readonly onJwks: (line: Omit<JwksLine, 'at' | 'type'>) => void
}

/** Looks at tokens as a relying party in each Region would, and forgets them. */
export interface TokenInspector {
  /** Fetches every Region's JWKS; resolves with the Regions whose JWKS could not be fetched. */
  refresh(): Promise<readonly RegionName[]>
  /**
   * What is known of a token without knowing the token. It is checked against the current JWKS of
   * every Region: signature, issuer, audience, use and expiry. A Region whose JWKS is not known has
   * no verification. Refresh tokens are opaque: digest and use alone.
   */
  observe(token: string, use: TokenUse): Promise<TokenObservation>
}

interface Decoded {
  readonly header: { readonly alg?: string; readonly kid?: string }
  readonly claims: JWTPayload
}

/** An inspector of the tokens of some app clients. Nothing that a token holds makes it throw. */
export function tokenInspector(options: TokenInspectorOptions): TokenInspector {
  const sources: readonly JwksSource[] = options.regions.map(({ name, direct }) =>
    jwksSource({
      region: name,
      direct,
      path: pathFor(options.jwksPath, name),
      clock: options.clock,
      digestKey: options.digestKey,
      onJwks: options.onJwks,
    }),
  )
  const digest = (text: string): string => keyedDigest(options.digestKey, text)
  const claimDigest = cachedDigest(digest)
  const signatureRefusal = cachedSignatureRefusal()
  const decode = cachedDecode()
  const dialect = options.dialect ?? 'cognito'

  const verify = async (
    source: JwksSource,
    token: { readonly text: string; readonly digest: string; readonly claimRefusal?: string },
    keyId: string,
  ): Promise<TokenVerification | undefined> => {
    const snapshot = await source.snapshotFor(keyId)
    if (snapshot === undefined) return undefined
    const key = snapshot.keys.get(keyId)
    const reason =
      key === undefined
        ? errors.JWKSNoMatchingKey.code
        : ((await signatureRefusal(token.text, token.digest, key)) ?? token.claimRefusal)
    return reason === undefined
      ? { region: source.region, snapshot: snapshot.id, accepted: true }
      : { region: source.region, snapshot: snapshot.id, accepted: false, reason }
  }

  return {
    refresh: async () => {
      // One after the other: the history has the snapshots in the same order in every world.
      const failed: RegionName[] = []
      for (const source of sources) if (!(await source.refresh())) failed.push(source.region)
      return failed
    },
    observe: async (text, use) => {
      const seen = { digest: digest(text), seenAt: options.wall.now() }
      if (use === 'refresh') return { ...seen, use, verifications: [] }
      const decoded = decode(text)
      const claimRefusal =
        decoded === undefined
          ? errors.JWTInvalid.code
          : refusalOfClaims(decoded.claims, use, options, seen.seenAt)
      const token = {
        text,
        digest: seen.digest,
        ...(claimRefusal === undefined ? {} : { claimRefusal }),
      }
      const keyId = decoded?.header.kid ?? ''
      const known = decoded === undefined ? {} : observedClaims(decoded, use, dialect, claimDigest)
      const checked = await Promise.all(sources.map((source) => verify(source, token, keyId)))
      return Object.assign({ digest: seen.digest, seenAt: seen.seenAt, use }, known, {
        expectedIssuer: oneOf(options.expectedIssuers, decoded?.claims.iss),
        expectedAudience: oneOf(
          options.expectedAudiences,
          decoded === undefined ? undefined : audienceOf(decoded.claims, use, dialect),
        ),
        verifications: checked.filter((entry) => entry !== undefined),
      })
    },
  }
}

/** Most claims of a user are the same in each token: their digests are kept, the oldest go. */
function cachedDigest(digest: (text: string) => string): (text: string) => string {
  const cache = new Map<string, string>()
  return (text) => {
    const cached = cache.get(text)
    if (cached !== undefined) return cached
    const made = digest(text)
    cache.set(text, made)
    const oldest = cache.size > claimCacheMax ? cache.keys().next().value : undefined
    if (oldest !== undefined) cache.delete(oldest)
    return made
  }
}

/** One check for each token and key, however many Regions publish the key. */
function cachedSignatureRefusal(): (
  token: string,
  tokenDigest: string,
  key: VerificationKey,
) => Promise<string | undefined> {
  const cache = new Map<string, Promise<string | undefined>>()
  return (token, tokenDigest, key) => {
    const name = `${tokenDigest}/${key.identity}`
    const cached = cache.get(name)
    if (cached !== undefined) return cached
    const checked = key.refusal(token)
    cache.set(name, checked)
    const oldest = cache.size > signatureCacheMax ? cache.keys().next().value : undefined
    if (oldest !== undefined) cache.delete(oldest)
    return checked
  }
}

/** Tokens of one key have one header: the latest ones are kept, by their text. */
function cachedDecode(): (token: string) => Decoded | undefined {
  const headers = new Map<string, Decoded['header']>()
  return (token) => {
    try {
      const text = token.slice(0, token.indexOf('.'))
      const header = headers.get(text) ?? decodeHeader(token)
      if (headers.size >= headerCacheMax) headers.clear()
      headers.set(text, header)
      return { header, claims: decodeJwt(token) }
    } catch {
      return undefined
    }
  }
}

function decodeHeader(token: string): Decoded['header'] {
  const { alg, kid } = decodeProtectedHeader(token)
  return {
    ...(typeof alg === 'string' ? { alg } : {}),
    ...(typeof kid === 'string' ? { kid } : {}),
  }
}

/** The first claim that a verifier would refuse; codes are those of jose, with the claim's name. */
function refusalOfClaims(
  claims: JWTPayload,
  use: TokenUse,
  options: Pick<
    TokenInspectorOptions,
    'expectedIssuers' | 'expectedAudiences' | 'leewayMillis' | 'dialect'
  >,
  now: Instant,
): string | undefined {
  const { dialect = 'cognito' } = options
  const failed = (claim: string): string => `${errors.JWTClaimValidationFailed.code}.${claim}`
  if (claims.iss === undefined || !options.expectedIssuers.includes(claims.iss)) {
    return failed('iss')
  }
  const audience = audienceOf(claims, use, dialect)
  if (audience === undefined || !options.expectedAudiences.includes(audience)) {
    return failed(use === 'id' ? 'aud' : 'client_id')
  }
  if (dialect === 'cognito' && claims.token_use !== use) return failed('token_use')
  if (typeof claims.exp !== 'number') return failed('exp')
  return now >= seconds(claims.exp) + millis(options.leewayMillis)
    ? errors.JWTExpired.code
    : undefined
}

/** What the token names, if it is one of those that are right; otherwise the first of them. */
function oneOf(right: readonly [string, ...string[]], named: string | undefined): string {
  return right.find((entry) => entry === named) ?? right[0]
}

function audienceOf(claims: JWTPayload, use: TokenUse, dialect: TokenDialect): string | undefined {
  const ofClient = [claims.client_id, claims.azp, claims.cid]
  const named =
    dialect === 'cognito' ? claims.client_id : ofClient.find((claim) => claim !== undefined)
  const audience: unknown = use === 'id' ? claims.aud : (named ?? otherAudience(claims, dialect))
  const single: unknown = Array.isArray(audience) && audience.length === 1 ? audience[0] : audience
  return typeof single === 'string' ? single : undefined
}

function otherAudience({ aud }: JWTPayload, dialect: TokenDialect): unknown {
  return dialect === 'openid' ? aud : undefined
}

function pathFor(paths: TokenInspectorOptions['jwksPath'], region: RegionName): string {
  return typeof paths === 'string' ? paths : (paths.get(region) ?? '/')
}

/** Fields are set one by one: behind a spread each would cost a microsecond. */
function observedClaims(
  { header, claims }: Decoded,
  use: TokenUse,
  dialect: TokenDialect,
  digest: (text: string) => string,
): Partial<TokenObservation> {
  const seen: { -readonly [K in keyof TokenObservation]?: TokenObservation[K] } = {}
  if (header.alg !== undefined) seen.algorithm = header.alg
  if (header.kid !== undefined) seen.keyId = header.kid
  if (typeof claims.iss === 'string') seen.issuer = claims.iss
  const shownUse = claims.token_use === 'id' ? 'id' : 'access'
  const audience = audienceOf(claims, dialect === 'cognito' ? shownUse : use, dialect)
  if (audience !== undefined) seen.audience = audience
  if (typeof claims.sub === 'string') seen.subject = claims.sub
  const issuedAt = instant(claims.iat)
  if (issuedAt !== undefined) seen.issuedAt = issuedAt
  const expiresAt = instant(claims.exp)
  if (expiresAt !== undefined) seen.expiresAt = expiresAt
  const authenticatedAt = instant(claims.auth_time)
  if (authenticatedAt !== undefined) seen.authenticatedAt = authenticatedAt
  const family: unknown = claims.origin_jti
  if (typeof family === 'string') seen.family = digest(family)
  const groups = textsOf(claims[dialect === 'cognito' ? 'cognito:groups' : 'groups'])
  if (groups !== undefined) seen.groups = groups
  seen.claims = claimDigests(claims, dialect === 'cognito' ? ownClaims : ownClaimsOfOpenid, digest)
  return seen
}

/** By name, in the order of names: a history is the same however a system orders its claims. */
function claimDigests(
  claims: JWTPayload,
  left: ReadonlySet<string>,
  digest: (text: string) => string,
): Readonly<Record<string, string>> {
  const digests: Record<string, string> = {}
  for (const name of Object.keys(claims).sort()) {
    if (!left.has(name)) digests[name] = digest(`${name}=${canonicalJson(claims[name])}`)
  }
  return digests
}

function textsOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value.filter((entry): entry is string => typeof entry === 'string')
}

/** A time beyond all that a date can hold is none: it could not be written down. */
function instant(value: unknown): Instant | undefined {
  const isTime = typeof value === 'number' && Math.abs(value) <= secondsMax
  return isTime ? seconds(value) : undefined
}
