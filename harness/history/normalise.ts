import { byText } from '../kernel/compare.ts'
import { canonicalJson } from '../kernel/json.ts'
import type { EventLine, HeaderLine, JwksLine, TokenObservation } from './line.ts'

/**
 * A history without what two worlds cannot share: times, digests, subjects, key ids, names of
 * snapshots, numbers in what verification saw, and lines about the harness itself. Ids of pools
 * and clients become their number of appearance, so that who issued what for whom stays. The same
 * pinned schedule gives equal texts in every world.
 *
 * @returns One JSON text with sorted keys for each line that is left.
 */
export function normaliseHistory(
  header: HeaderLine,
  lines: Iterable<EventLine>,
): readonly string[] {
  const normalised = [canonicalJson(header)]
  const numbers = new Map<string, string>()
  const numbered: Numbering = (id) => {
    const known = numbers.get(id) ?? `id${numbers.size + 1}`
    numbers.set(id, known)
    return known
  }
  for (const line of lines) {
    if (line.type === 'harness') continue
    normalised.push(canonicalJson(normaliseLine(line, numbered)))
  }
  return normalised
}

/** The number of an id in the order of appearance: equal ids stay equal. */
type Numbering = (id: string) => string

function normaliseLine(line: EventLine, numbered: Numbering): unknown {
  const { at: _, ...rest } = line
  if (rest.type === 'ok' || rest.type === 'fail' || rest.type === 'info') {
    const { tokens } = rest
    if (tokens === undefined) return rest
    return { ...rest, tokens: tokens.map((token) => normaliseToken(token, numbered)) }
  }
  if (rest.type === 'jwks') return { ...rest, snapshot: undefined, keys: algorithms(rest.keys) }
  if ((rest.type === 'fault' || rest.type === 'mark') && rest.detail !== undefined) {
    return { ...rest, detail: rest.detail.replaceAll(/\d+(?:\.\d+)?/g, '#') }
  }
  return rest
}

function algorithms(keys: JwksLine['keys']): readonly string[] {
  return keys.map((key) => key.algorithm)
}

function normaliseToken(token: TokenObservation, numbered: Numbering): unknown {
  const {
    digest: _digest,
    keyId: _keyId,
    subject: _subject,
    claims,
    issuedAt: _issuedAt,
    expiresAt: _expiresAt,
    authenticatedAt: _authenticatedAt,
    family: _family,
    seenAt: _seenAt,
    ...rest
  } = token
  return {
    ...rest,
    ...(claims === undefined ? {} : { claims: equalities(claims, numbered) }),
    ...mapped(rest, ['audience', 'expectedAudience'], numbered),
    ...mapped(rest, ['issuer', 'expectedIssuer'], (issuer) => issuerOf(issuer, numbered)),
    verifications: token.verifications.map(({ snapshot: _snapshot, ...kept }) => kept),
  }
}

/** Digests have a key of their run; which claims are equal to which stays. */
function equalities(
  claims: NonNullable<TokenObservation['claims']>,
  numbered: Numbering,
): Readonly<Record<string, string>> {
  const inOrder = Object.entries(claims).sort(([a], [b]) => byText(a, b))
  return Object.fromEntries(inOrder.map(([name, digest]) => [name, numbered(digest)]))
}

/** The host of an issuer says which Region it names; its path is the id of a pool. */
function issuerOf(issuer: string, numbered: Numbering): string {
  const path = issuer.lastIndexOf('/') + 1
  return `${issuer.slice(0, path)}${numbered(issuer.slice(path))}`
}

function mapped<K extends keyof TokenObservation>(
  token: Partial<Pick<TokenObservation, K>>,
  fields: readonly K[],
  change: (value: string) => string,
): Partial<Record<K, string>> {
  const changed: Partial<Record<K, string>> = {}
  for (const field of fields) {
    const value = token[field]
    if (typeof value === 'string') changed[field] = change(value)
  }
  return changed
}
