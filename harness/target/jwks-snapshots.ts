import { createHmac } from 'node:crypto'
import type { JWK } from 'jose'
import type { JwksLine } from '../history/line.ts'
import type { RegionName } from '../history/operation.ts'
import type { HttpClient } from '../http/http.ts'
import type { Clock } from '../kernel/clock.ts'
import { byText } from '../kernel/compare.ts'
import { canonicalJson } from '../kernel/json.ts'
import { type Micros, millis, seconds } from '../kernel/time.ts'
import { type VerificationKey, verificationKey } from './verification-key.ts'

/** For one unknown key id a JWKS of one Region is fetched at most this often. */
const fetchIntervalMin: Micros = seconds(1)

/** Unknown key ids that are remembered: a system that makes up a new one each time is bounded. */
const unknownKeysMax = 8

/** How long one fetch may take. */
const fetchDurationMax: Micros = millis(500)

/** Hexadecimal digits of a digest that stands in a history: 96 bits. */
const digestDigits = 24

/** The keys that a Region published at one moment. */
export interface JwksSnapshot {
  /** Equal content has equal ids, in every Region. */
  readonly id: string
  readonly keys: ReadonlyMap<string, VerificationKey>
}

/** The current JWKS of one Region. */
export interface JwksSource {
  readonly region: RegionName
  /**
   * The snapshot to check a token with `keyId` against. An unknown key id leads to a new fetch, at
   * most once a second: a key that was rotated in just now is found. Undefined if the Region's JWKS
   * is not known: it was never fetched, or the key is unknown and the last fetch failed.
   */
  snapshotFor(keyId: string): Promise<JwksSnapshot | undefined>
  /** Fetches now, whatever was fetched before; says whether it worked. */
  refresh(): Promise<boolean>
}

export interface JwksSourceOptions {
  readonly region: RegionName
  /** HTTP that crosses no link. */
  readonly direct: HttpClient
  /** Path of the JWKS in the Region. */
  readonly path: string
  readonly clock: Clock
  readonly digestKey: Uint8Array
  /** Called for each snapshot that differs from the one before it. */
  readonly onJwks: (line: Omit<JwksLine, 'at' | 'type'>) => void
}

/** A source over one Region's HTTP. What the Region answers never throws. */
export function jwksSource(options: JwksSourceOptions): JwksSource {
  const { region, clock } = options
  let current: JwksSnapshot | undefined
  let fetched: { readonly at: Micros; readonly worked: boolean } | undefined
  let underWay: Promise<boolean> | undefined
  const soughtAt = new Map<string, Micros>()

  const fetchOnce = async (): Promise<boolean> => {
    const keys = await fetchKeys(options)
    const worked = keys !== undefined
    if (keys !== undefined) {
      const snapshot = await snapshotOf(keys, options.digestKey, current)
      if (snapshot.id !== current?.id) {
        const published = [...snapshot.keys.values()]
        options.onJwks({
          region,
          snapshot: snapshot.id,
          keys: published.map(({ keyId, algorithm }) => ({ keyId, algorithm })),
        })
      }
      current = snapshot
    }
    fetched = { at: clock.monotonic(), worked }
    return worked
  }
  const refresh = (): Promise<boolean> => {
    underWay ??= fetchOnce().finally(() => {
      underWay = undefined
    })
    return underWay
  }
  const maySeek = (keyId: string): boolean => {
    const now = clock.monotonic()
    for (const [key, at] of soughtAt) if (now - at >= fetchIntervalMin) soughtAt.delete(key)
    const recent = fetched !== undefined && now - fetched.at < fetchIntervalMin
    if (recent && (soughtAt.has(keyId) || soughtAt.size >= unknownKeysMax)) return false
    soughtAt.set(keyId, now)
    return true
  }
  return {
    region,
    refresh,
    snapshotFor: async (keyId) => {
      if (current?.keys.has(keyId)) return current
      if (maySeek(keyId)) {
        await underWay
        await refresh()
      } else if (underWay !== undefined) {
        await underWay
      }
      return fetched?.worked || current?.keys.has(keyId) ? current : undefined
    },
  }
}

/** Digest for a history: HMAC-SHA-256 with the run's key, shortened. */
export function keyedDigest(digestKey: Uint8Array, text: string): string {
  return createHmac('sha256', digestKey).update(text).digest('hex').slice(0, digestDigits)
}

async function fetchKeys(options: JwksSourceOptions): Promise<readonly JWK[] | undefined> {
  const { direct, path, clock } = options
  try {
    const answer = await direct.send(
      { method: 'GET', path, headers: { accept: 'application/json' }, body: new Uint8Array(0) },
      clock.timeout(fetchDurationMax),
    )
    if (answer.status !== 200) return undefined
    const parsed: unknown = JSON.parse(Buffer.from(answer.body).toString('utf8'))
    const keys = (parsed as { keys?: unknown } | null)?.keys
    return Array.isArray(keys) ? keys.filter(isJwk) : undefined
  } catch {
    // Whatever the reason, the Region's keys are not known: the caller shows that as no entry.
    return undefined
  }
}

function isJwk(value: unknown): value is JWK {
  return typeof (value as { kty?: unknown } | null)?.kty === 'string'
}

async function snapshotOf(
  jwks: readonly JWK[],
  digestKey: Uint8Array,
  previous: JwksSnapshot | undefined,
): Promise<JwksSnapshot> {
  const texts = jwks.map((jwk) => canonicalJson(jwk)).sort(byText)
  const id = keyedDigest(digestKey, texts.join('\n'))
  if (id === previous?.id) return previous
  const keys = new Map<string, VerificationKey>()
  for (const text of texts) {
    const key = await verificationKey(JSON.parse(text) as JWK, keyedDigest(digestKey, text))
    keys.set(key.keyId, key)
  }
  return { id, keys }
}
