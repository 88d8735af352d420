import { expect, test } from 'vitest'
import type { EventLine } from './line.ts'
import { normaliseHistory } from './normalise.ts'
import { sampleHeader, sampleWrites } from './testing/sample-lines.ts'

function lines(shift: number, tag: string): EventLine[] {
  const [invoke, ok] = sampleWrites(1) as [EventLine, EventLine]
  return [
    { type: 'jwks', at: shift, region: 'us-east-1', snapshot: tag, keys: [key(tag)] },
    { ...invoke, at: shift + 1 },
    {
      ...ok,
      at: shift + 2 * shift,
      tokens: [
        {
          digest: tag,
          use: 'access',
          keyId: tag,
          subject: tag,
          issuer: `https://cognito-idp.us-east-1.amazonaws.com/us-east-1_${tag}`,
          expectedIssuer: `https://cognito-idp.us-east-1.amazonaws.com/us-east-1_${tag}`,
          audience: `client-${tag}`,
          expectedAudience: `client-${tag}`,
          seenAt: shift,
          issuedAt: shift,
          verifications: [{ region: 'us-east-1', snapshot: tag, accepted: true }],
        },
      ],
    } as EventLine,
    {
      type: 'fault',
      at: 4 * shift,
      fault: 'fault1',
      kind: 'cut',
      phase: 'verified',
      parameters: {},
      effects: [],
      detail: `silent for ${shift} ms`,
    },
    ...(tag === 'a'
      ? [{ type: 'harness', at: 5 * shift, eventLoopDelayMicrosMax: 1, limitMicros: 2 } as const]
      : []),
  ]
}

function key(keyId: string): { keyId: string; algorithm: string } {
  return { keyId, algorithm: 'RS256' }
}

test('times, digests, subjects, keys, snapshots and ids of pools and clients do not matter', () => {
  expect(normaliseHistory(sampleHeader(), lines(10, 'a'))).toEqual(
    normaliseHistory(sampleHeader(), lines(77, 'b')),
  )
})

test('what was asked and answered does', () => {
  const [first] = lines(10, 'a')
  const refused = lines(10, 'a').map((line) =>
    line.type === 'ok' ? { ...line, type: 'fail' as const } : line,
  )
  expect(normaliseHistory(sampleHeader(), refused)).not.toEqual(
    normaliseHistory(sampleHeader(), lines(10, 'a')),
  )
  expect(normaliseHistory(sampleHeader(), first === undefined ? [] : [first])[1]).toBe(
    '{"keys":["RS256"],"region":"us-east-1","type":"jwks"}',
  )
})

test('whether a token names its issuer and its client does', () => {
  const stranger = lines(10, 'a').map((line) =>
    line.type === 'ok' && line.tokens !== undefined
      ? { ...line, tokens: line.tokens.map((token) => ({ ...token, audience: 'somebody else' })) }
      : line,
  )
  expect(normaliseHistory(sampleHeader(), stranger)).not.toEqual(
    normaliseHistory(sampleHeader(), lines(10, 'a')),
  )
})
