import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { joinCredential, srpOf } from '../../fixtures/reference/credentials/credential.ts'
import { beginSrp, isSrpClaim, srpVerifier } from '../../fixtures/reference/credentials/srp.ts'
import { nodeRandom } from '../../fixtures/reference/node-ports.ts'
import type { SrpGroupName, SrpProof } from './srp.ts'
import { SrpClient, srpDeviceVerifier, srpTimestamp } from './srp.ts'

const groups = ['3072', '256'] as const
const proof: SrpProof = { realm: 'Example01', name: 'ada', password: 'Correct-horse-1' }
const random = nodeRandom('srp')
const timestamp = 'Wed Jan 7 04:05:06 UTC 2026'
const drawn = (stream: string, ordinal = 0): Uint8Array => random.at(stream, 0, ordinal).bytes(32)

/** One whole sign-in; whether the server takes the claim. */
function signIn(group: SrpGroupName, stored: SrpProof, shown: SrpProof, ordinal = 0): boolean {
  const salt = BigInt(`0x${Buffer.from(drawn('salt', ordinal)).toString('hex')}`)
  const verifier = srpVerifier(group, stored, stored.password, salt)
  const client = new SrpClient(group, drawn('client', ordinal))
  const exchange = beginSrp(verifier, client.clientPublic, drawn('server', ordinal))
  if (exchange === undefined) throw new Error('refused')
  const secretBlock = Buffer.from(drawn('block', ordinal))
  const answer = {
    salt: salt.toString(16),
    serverPublic: exchange.serverPublic.toString(16),
    secretBlock: secretBlock.toString('base64'),
  }
  const signature = client.claim(answer, shown, timestamp)
  return isSrpClaim(exchange, { identity: shown, secretBlock, timestamp, signature })
}

describe.each(groups)('group %s', (group) => {
  test('client and server agree on the right password and on no other', () => {
    for (let ordinal = 0; ordinal < (group === '256' ? 100 : 4); ordinal += 1) {
      expect(signIn(group, proof, proof, ordinal)).toBe(true)
    }
    expect(signIn(group, proof, { ...proof, password: 'Correct-horse-2' })).toBe(false)
    expect(signIn(group, proof, { ...proof, name: 'bob' })).toBe(false)
    expect(signIn(group, proof, { ...proof, realm: 'Example02' })).toBe(false)
  })

  test('a client value that would make the key known is refused', () => {
    const verifier = srpVerifier(group, proof, proof.password, 5n)
    const modulus = group === '256' ? 2n ** 256n - 36_113n : BigInt(`0x${initN}`)
    for (const hex of ['0', modulus.toString(16), (modulus * 2n).toString(16), 'xyz', '']) {
      expect(beginSrp(verifier, hex, drawn('server'))).toBe(undefined)
    }
  })

  test('a verifier survives being stored', () => {
    const verifier = srpVerifier(group, proof, proof.password, 0x00ffn)
    expect(srpOf(joinCredential('$scrypt$ln=1,r=8,p=1$c2FsdA$aGFzaA', verifier))).toEqual(verifier)
    expect(srpOf('$scrypt$ln=1,r=8,p=1$c2FsdA$aGFzaA')).toBe(undefined)
  })
})

/** amazon-cognito-identity-js keeps its arithmetic in a module that its index does not export. */
interface AuthenticationHelper {
  readonly N: { toString(radix: number): string }
  largeAValue: { toString(radix: number): string }
  smallAValue: { toString(radix: number): string }
  getLargeAValue(callback: () => void): void
  generateHashDevice(groupKey: string, key: string, callback: () => void): void
  getRandomPassword(): string
  getSaltDevices(): string
  getVerifierDevices(): string
  getPasswordAuthenticationKey(
    username: string,
    password: string,
    serverPublic: unknown,
    salt: unknown,
    callback: (error: unknown, key: Uint8Array) => void,
  ): void
}

const load = createRequire(import.meta.url)
const Helper = load('amazon-cognito-identity-js/lib/AuthenticationHelper.js').default as new (
  poolName: string,
) => AuthenticationHelper
const Big = load('amazon-cognito-identity-js/lib/BigInteger.js').default as new (
  text: string,
  radix: number,
) => { toString(radix: number): string }
const initN = new Helper('x').N.toString(16)

describe('beside amazon-cognito-identity-js', () => {
  test('the same secret gives the same public value and the same claim', async () => {
    const { createHmac } = await import('node:crypto')
    const helper = new Helper(proof.realm)
    helper.getLargeAValue(() => undefined)
    const secret = helper.smallAValue.toString(16)
    const client = new SrpClient('3072', Buffer.from(secret.padStart(256, '0'), 'hex'))
    expect(client.clientPublic).toBe(helper.largeAValue.toString(16))
    const verifier = srpVerifier('3072', proof, proof.password, 0xabcdefn)
    const exchange = beginSrp(verifier, client.clientPublic, drawn('server'))
    const serverPublic = exchange?.serverPublic.toString(16) ?? ''
    const key = await new Promise<Uint8Array>((resolve) => {
      helper.getPasswordAuthenticationKey(
        proof.name,
        proof.password,
        new Big(serverPublic, 16),
        new Big('abcdef', 16),
        (_error, derived) => resolve(derived),
      )
    })
    const secretBlock = Buffer.from('secret block')
    const theirs = createHmac('sha256', key)
      .update(`${proof.realm}${proof.name}secret block${timestamp}`)
      .digest('base64')
    const answer = { salt: 'abcdef', serverPublic, secretBlock: secretBlock.toString('base64') }
    expect(client.claim(answer, proof, timestamp)).toBe(theirs)
  })

  test('the same device password gives the same verifier', () => {
    const helper = new Helper('x')
    helper.generateHashDevice('-groupkey', 'us-east-1_key', () => undefined)
    const device = {
      realm: '-groupkey',
      name: 'us-east-1_key',
      password: helper.getRandomPassword(),
    }
    const salt = Buffer.from(helper.getSaltDevices(), 'hex')
    expect(srpDeviceVerifier('3072', device, salt)).toEqual({
      Salt: salt.toString('base64'),
      PasswordVerifier: Buffer.from(helper.getVerifierDevices(), 'hex').toString('base64'),
    })
  })
})

test('the timestamp has the form that the server asks for', () => {
  expect(srpTimestamp(Date.UTC(2026, 0, 7, 4, 5, 6) * 1_000)).toBe(timestamp)
})
