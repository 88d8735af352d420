import { createHmac } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { HttpClient } from '../http/http.ts'
import { HttpError } from '../http/http.ts'
import type { Clock } from '../kernel/clock.ts'
import { type Instant, type Micros, seconds } from '../kernel/time.ts'
import { type TokenInspectorOptions, tokenInspector } from './token-inspector.ts'

// Goal: an observation says exactly what a relying party in each Region would say of a token, and
// holds nothing of the token itself. Method: real keys and real signatures, Regions whose JWKS a
// test changes or takes away, and clocks that a test moves.

const issuer = 'https://issuer.example/pool'
const start = 1_780_531_200
const claims: JWTPayload = {
  iss: issuer,
  sub: 'subject-1',
  client_id: 'client',
  token_use: 'access',
  origin_jti: 'family-1',
  auth_time: start - 60,
  iat: start,
  exp: start + 3_600,
}

interface Signer {
  readonly key: Parameters<SignJWT['sign']>[0]
  readonly alg: string
  readonly jwk: JWK
}

let first: Signer
let second: Signer
let shared: Signer

async function signerOf(kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  return {
    key: privateKey,
    alg: 'RS256',
    jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256' },
  }
}

beforeAll(async () => {
  first = await signerOf('key-1')
  second = await signerOf('key-2')
  const secret = Buffer.alloc(32, 7)
  const jwk = { kty: 'oct', k: secret.toString('base64url'), kid: 'key-3', alg: 'HS256' }
  shared = { key: secret, alg: 'HS256', jwk }
})

function sign(signer: Signer, changed: JWTPayload = {}): Promise<string> {
  const header = { alg: signer.alg, kid: signer.jwk.kid ?? '' }
  return new SignJWT({ ...claims, ...changed }).setProtectedHeader(header).sign(signer.key)
}

/** Two Regions with keys, clocks that stand still, and everything that was told. */
function bench(options: Partial<TokenInspectorOptions> = {}) {
  const state = {
    monotonic: 0 as Micros,
    wall: seconds(start) as Instant,
    keys: { east: [first.jwk], west: [first.jwk] } as Record<string, readonly JWK[] | 'down'>,
    fetches: { east: 0, west: 0 } as Record<string, number>,
    lines: [] as string[],
  }
  const direct = (name: string): HttpClient => ({
    send: async (request) => {
      state.fetches[name] = (state.fetches[name] ?? 0) + 1
      const keys = state.keys[name] ?? 'down'
      if (keys === 'down') throw new HttpError('down', { sent: 'no', failure: 'refused' })
      expect(request.path).toBe('/pool/jwks.json')
      return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ keys })) }
    },
  })
  const clock: Clock = {
    monotonic: () => state.monotonic,
    sleep: async () => {},
    timeout: () => new AbortController().signal,
  }
  const inspector = tokenInspector({
    regions: ['east', 'west'].map((name) => ({ name, direct: direct(name) })),
    jwksPath: '/pool/jwks.json',
    clock,
    wall: { now: () => state.wall },
    digestKey: Buffer.from('digest key'),
    expectedIssuers: [issuer],
    expectedAudiences: ['client', 'other client'],
    leewayMillis: 0,
    onJwks: ({ region, snapshot, keys }) => {
      const published = keys.map(({ keyId, algorithm }) => `${keyId}:${algorithm}`)
      state.lines.push(`${region} ${snapshot} ${published.join(' ')}`)
    },
    ...options,
  })
  const verdicts = async (token: string, use: 'id' | 'access' = 'access'): Promise<string[]> => {
    const { verifications } = await inspector.observe(token, use)
    return verifications.map(({ region, reason }) => `${region} ${reason ?? 'accepted'}`)
  }
  return { state, inspector, verdicts }
}

describe('an observation', () => {
  it('says what is known without the token', async () => {
    const { inspector, state } = bench()
    const token = await sign(first)
    const digest = (text: string) =>
      createHmac('sha256', 'digest key').update(text).digest('hex').slice(0, 24)
    const observation = await inspector.observe(token, 'access')
    const snapshot = state.lines[0]?.split(' ')[1]
    expect(observation).toEqual({
      digest: digest(token),
      seenAt: seconds(start),
      use: 'access',
      algorithm: 'RS256',
      keyId: 'key-1',
      issuer,
      audience: 'client',
      subject: 'subject-1',
      issuedAt: seconds(start),
      expiresAt: seconds(start + 3_600),
      authenticatedAt: seconds(start - 60),
      family: digest('family-1'),
      claims: {
        client_id: digest('client_id="client"'),
        iss: digest(`iss="${issuer}"`),
        sub: digest('sub="subject-1"'),
        token_use: digest('token_use="access"'),
      },
      expectedIssuer: issuer,
      expectedAudience: 'client',
      verifications: [
        { region: 'east', snapshot, accepted: true },
        { region: 'west', snapshot, accepted: true },
      ],
    })
    const written = JSON.stringify(observation)
    for (const part of [...token.split('.'), 'family-1']) expect(written).not.toContain(part)
  })

  it('knows no more of a refresh token than its digest', async () => {
    const { inspector, state } = bench()
    const observation = await inspector.observe('opaque', 'refresh')
    expect(observation).toEqual({
      digest: observation.digest,
      seenAt: seconds(start),
      use: 'refresh',
      verifications: [],
    })
    expect(state.fetches).toEqual({ east: 0, west: 0 })
  })

  it('holds the groups, and digests that are equal where claims are equal', async () => {
    const { inspector } = bench()
    const observed = async (changed: JWTPayload) =>
      inspector.observe(await sign(first, changed), 'access')
    const one = await observed({ 'cognito:groups': ['staff'], jti: '1', address: { a: 1, b: 2 } })
    const two = await observed({ 'cognito:groups': ['staff'], jti: '2', address: { b: 2, a: 1 } })
    const three = await observed({ 'cognito:groups': 'staff' })
    expect([one.groups, three.groups]).toEqual([['staff'], undefined])
    expect(one.claims).toEqual(two.claims)
    expect(three.claims?.['cognito:groups']).not.toBe(one.claims?.['cognito:groups'])
    expect(JSON.stringify(one.claims)).not.toContain('staff')
  })

  it('expects the app client that the token names, of those that there are', async () => {
    const { inspector, verdicts } = bench()
    const token = await sign(first, { client_id: 'other client' })
    expect((await inspector.observe(token, 'access')).expectedAudience).toBe('other client')
    expect(await verdicts(token)).toEqual(['east accepted', 'west accepted'])
    const foreign = await sign(first, { client_id: 'foreign' })
    expect((await inspector.observe(foreign, 'access')).expectedAudience).toBe('client')
  })

  it('takes a time beyond all dates for none, which could not be written down', async () => {
    const { inspector } = bench()
    const { expiresAt, issuedAt } = await inspector.observe(
      await sign(first, { exp: 1e305, iat: -1e20 }),
      'access',
    )
    expect([expiresAt, issuedAt]).toEqual([undefined, undefined])
  })

  it('takes what is no token at all', async () => {
    const { verdicts } = bench()
    await expect(verdicts('no token')).resolves.toEqual([
      'east ERR_JWKS_NO_MATCHING_KEY',
      'west ERR_JWKS_NO_MATCHING_KEY',
    ])
  })
})

describe('verification', () => {
  it('accepts ID tokens by their audience', async () => {
    const { verdicts } = bench()
    const token = await sign(first, { token_use: 'id', aud: 'client' })
    expect(await verdicts(token, 'id')).toEqual(['east accepted', 'west accepted'])
  })

  it.each<[string, JWTPayload]>([
    ['ERR_JWT_CLAIM_VALIDATION_FAILED.iss', { iss: 'https://west.example/pool' }],
    ['ERR_JWT_CLAIM_VALIDATION_FAILED.client_id', { client_id: 'other' }],
    ['ERR_JWT_CLAIM_VALIDATION_FAILED.token_use', { token_use: 'id' }],
    ['ERR_JWT_CLAIM_VALIDATION_FAILED.exp', { exp: undefined } as never],
    ['ERR_JWT_EXPIRED', { exp: start }],
  ])('refuses with %s', async (reason, changed) => {
    const { verdicts } = bench()
    expect(await verdicts(await sign(first, changed))).toEqual([`east ${reason}`, `west ${reason}`])
  })

  it('looks at the clock each time, with the declared leeway', async () => {
    const { verdicts, state } = bench({ leewayMillis: 5_000 })
    const token = await sign(first)
    const at = async (time: number) => {
      state.wall = seconds(time)
      return (await verdicts(token))[0]
    }
    expect(await at(start + 3_604.9)).toBe('east accepted')
    expect(await at(start + 3_605)).toBe('east ERR_JWT_EXPIRED')
  })

  it('refuses an altered token and one that names its own algorithm', async () => {
    const { verdicts, state } = bench()
    state.keys = { east: [first.jwk], west: [shared.jwk, first.jwk] }
    const [header, , signature] = (await sign(first)).split('.')
    const altered = Buffer.from(JSON.stringify({ ...claims, sub: 'admin' })).toString('base64url')
    expect(await verdicts(`${header}.${altered}.${signature}`)).toEqual([
      'east ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
      'west ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    ])
    const confused = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
      .sign(Buffer.from(first.jwk.n ?? '', 'base64url'))
    expect(await verdicts(confused)).toEqual([
      'east ERR_JOSE_ALG_NOT_ALLOWED',
      'west ERR_JOSE_ALG_NOT_ALLOWED',
    ])
  })

  it('verifies the shared keys of campaigns', async () => {
    const { verdicts, state } = bench()
    state.keys = { east: [shared.jwk], west: [{ ...shared.jwk, k: 'AAAA' }] }
    expect(await verdicts(await sign(shared))).toEqual([
      'east accepted',
      'west ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    ])
    const other = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS512', kid: 'key-3' })
      .sign(Buffer.alloc(64, 7))
    expect((await verdicts(other))[0]).toBe('east ERR_JOSE_ALG_NOT_ALLOWED')
  })

  it('a key that cannot be used refuses', async () => {
    const { verdicts, state } = bench()
    state.keys = { east: [{ kty: 'RSA', kid: 'key-1', alg: 'RS256', n: '!', e: '' }], west: [] }
    expect(await verdicts(await sign(first))).toEqual([
      'east ERR_JWK_INVALID',
      'west ERR_JWKS_NO_MATCHING_KEY',
    ])
  })
})

describe('snapshots', () => {
  it('are fetched once while the keys are known, and equal content has one name', async () => {
    const { inspector, verdicts, state } = bench()
    await inspector.refresh()
    for (let count = 0; count < 10; count += 1)
      await verdicts(await sign(first, { jti: `${count}` }))
    expect(state.fetches).toEqual({ east: 1, west: 1 })
    expect(new Set(state.lines.map((line) => line.split(' ').slice(1).join(' '))).size).toBe(1)
    expect(state.lines.map((line) => line.replace(/ [0-9a-f]{24} /, ' # '))).toEqual([
      'east # key-1:RS256',
      'west # key-1:RS256',
    ])
  })

  it('are fetched again for an unknown key, at most once a second', async () => {
    const { inspector, verdicts, state } = bench()
    await inspector.refresh()
    state.monotonic = seconds(1)
    state.keys = { east: [first.jwk, second.jwk], west: [first.jwk] }
    expect(await verdicts(await sign(second))).toEqual([
      'east accepted',
      'west ERR_JWKS_NO_MATCHING_KEY',
    ])
    await Promise.all(Array.from({ length: 5 }, async () => verdicts(await sign(second))))
    expect(state.fetches).toEqual({ east: 2, west: 2 })
    state.monotonic = seconds(2)
    await Promise.all(Array.from({ length: 5 }, async () => verdicts(await sign(second))))
    expect(state.fetches).toEqual({ east: 2, west: 3 })
    expect(state.lines).toHaveLength(3)
  })

  it('a Region that cannot be asked has its last keys, but no word on others', async () => {
    const { inspector, verdicts, state } = bench()
    expect(await inspector.refresh()).toEqual([])
    state.keys = { east: 'down', west: [first.jwk, second.jwk] }
    state.monotonic = seconds(1)
    expect(await verdicts(await sign(first))).toEqual(['east accepted', 'west accepted'])
    expect(await verdicts(await sign(second))).toEqual(['west accepted'])
    expect(await inspector.refresh()).toEqual(['east'])
  })

  it('a Region whose keys were never seen has no verification', async () => {
    const { verdicts, state } = bench()
    state.keys = { east: 'down', west: [first.jwk] }
    expect(await verdicts(await sign(first))).toEqual(['west accepted'])
  })
})
