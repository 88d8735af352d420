import { createPrivateKey, createPublicKey, generateKeyPairSync, pbkdf2, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { jwtVerify, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { WorldError } from '../../kernel/errors.ts'
import { runInSim, type Sim } from './run-in-sim.ts'
import { simEpoch } from './sim-clock.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
const epochSeconds = simEpoch / 1_000_000

describe('work that leaves the event loop', () => {
  test('holds the clock, and results come in the order of asking', async () => {
    const body = async ({ clock, offload, random }: Sim): Promise<string[]> => {
      const seen: string[] = []
      const note = (name: string): void => {
        seen.push(`${clock.monotonic()} ${name} ${random.at('note', name, 1).integer(0, 9)}`)
      }
      // The slowest first: in real time they would end in the opposite order.
      const pieces = [
        promisifiedScrypt('slow', 1 << 14).then(() => note('scrypt slow')),
        promisifiedScrypt('fast', 2).then(() => note('scrypt fast')),
        crypto.subtle.digest('SHA-256', Buffer.alloc(4_000_000)).then(() => note('digest')),
        offload.run(async () => promisifiedScrypt('own', 1 << 12)).then(() => note('offload')),
        new Promise<void>((resolve) =>
          pbkdf2('password', 'salt', 1, 16, 'sha256', () => {
            note('pbkdf2')
            resolve()
          }),
        ),
        clock.sleep(1).then(() => note('sleep')),
      ]
      await Promise.all(pieces)
      return seen
    }
    const first = await runInSim({ seed: 3 }, body)
    const second = await runInSim({ seed: 3 }, body)
    const names = first.value.map((line) => line.replace(/ \d$/, ''))
    expect(names).toEqual([
      ...['0 scrypt slow', '0 scrypt fast', '0 digest', '0 offload', '0 pbkdf2', '1 sleep'],
    ])
    expect(second.value).toEqual(first.value)
    expect(second.traceDigest).toBe(first.traceDigest)
  })

  test('jose signs and verifies as it is while other work is under way', async () => {
    const body = async ({ clock, wall, random }: Sim): Promise<string[]> => {
      const now = (): Date => new Date(wall.now() / 1_000)
      const seen: string[] = []
      const worker = async (name: number): Promise<void> => {
        for (let round = 0; round < 3; round += 1) {
          await clock.sleep(random.at('pause', name, round).integer(1, 5))
          const token = await new SignJWT({ name, round })
            .setProtectedHeader({ alg: 'RS256' })
            .setIssuedAt(now())
            .sign(createPrivateKey(pem))
          await promisifiedScrypt(token, 64)
          const { payload } = await jwtVerify(token, createPublicKey(pem), { currentDate: now() })
          seen.push(`${clock.monotonic()} ${name} ${payload.round} ${token}`)
          expect(payload.iat).toBe(epochSeconds)
        }
      }
      await Promise.all([1, 2, 3, 4, 5].map(worker))
      return seen
    }
    const first = await runInSim({ seed: 7 }, body)
    expect(first.value).toHaveLength(15)
    for (let round = 0; round < 3; round += 1) {
      const again = await runInSim({ seed: 7 }, body)
      expect(again.value).toEqual(first.value)
      expect(again.traceDigest).toBe(first.traceDigest)
    }
  })

  test('a rejection reaches who awaits it', async () => {
    const { value } = await runInSim({ seed: 1 }, async ({ offload }) => {
      const wrong = crypto.subtle.importKey('raw', new Uint8Array(3), 'AES-GCM', false, ['encrypt'])
      const own = offload.run(() => Promise.reject(new RangeError('mine')))
      return Promise.allSettled([wrong, own])
    })
    expect(value.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(value[1]).toMatchObject({ reason: { message: 'mine' } })
  })

  test('outside a run nothing is held', async () => {
    await expect(crypto.subtle.digest('SHA-256', Buffer.from('x'))).resolves.toHaveProperty(
      'byteLength',
      32,
    )
    await expect(promisifiedScrypt('x', 2)).resolves.toHaveLength(16)
  })

  test('work that waits for virtual time from inside an offload is an escape', async () => {
    const run = runInSim({ seed: 1 }, ({ clock, offload }) => offload.run(() => clock.sleep(10)))
    await expect(run).rejects.not.toThrow(WorldError)
    await expect(run).rejects.toThrow('"clock.sleep" was reached from outside virtual time')
  })
})

const scryptPromise = promisify(scrypt) as (
  password: string,
  salt: string,
  length: number,
  options: { readonly N: number },
) => Promise<Buffer>

function promisifiedScrypt(password: string, cost: number): Promise<Buffer> {
  return scryptPromise(password, 'salt', 16, { N: cost })
}
