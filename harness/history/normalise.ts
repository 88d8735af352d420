import { canonicalJson } from '../kernel/json.ts'
import type { EventLine, HeaderLine, JwksLine, TokenObservation } from './line.ts'

/**
 * A history without what two worlds cannot share: times, digests, subjects, key ids, names of
 * snapshots, numbers in what verification saw, and lines about the harness itself. The same pinned
 * schedule gives equal texts in every world.
 *
 * @returns One JSON text with sorted keys for each line that is left.
 */
export function normaliseHistory(
  header: HeaderLine,
  lines: Iterable<EventLine>,
): readonly string[] {
  const normalised = [canonicalJson(header)]
  for (const line of lines) {
    if (line.type === 'harness') continue
    normalised.push(canonicalJson(normaliseLine(line)))
  }
  return normalised
}

function normaliseLine(line: EventLine): unknown {
  const { at: _, ...rest } = line
  if (rest.type === 'ok' || rest.type === 'fail' || rest.type === 'info') {
    return rest.tokens === undefined ? rest : { ...rest, tokens: rest.tokens.map(normaliseToken) }
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

function normaliseToken(token: TokenObservation): unknown {
  const {
    digest: _digest,
    keyId: _keyId,
    subject: _subject,
    issuedAt: _issuedAt,
    expiresAt: _expiresAt,
    authenticatedAt: _authenticatedAt,
    family: _family,
    seenAt: _seenAt,
    ...rest
  } = token
  return {
    ...rest,
    verifications: token.verifications.map(({ snapshot: _snapshot, ...kept }) => kept),
  }
}
