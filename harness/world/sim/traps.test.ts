import { execFile } from 'node:child_process'
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import fs, { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import { setTimeout as sleepReally } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { NondeterminismError } from '../../kernel/errors.ts'
import { runInSim } from './run-in-sim.ts'
import { swallowedDateNow, unawaitedWebCrypto } from './testing/escapes.ts'

const require = createRequire(import.meta.url)
const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

const escapes: readonly (readonly [string, () => unknown])[] = [
  ['Date.now', () => Date.now()],
  ['the present moment was read from Date', () => new Date()],
  ['the present moment was read from Date', () => Date()],
  ['Math.random', () => Math.random()],
  ['performance.now', () => performance.now()],
  ['process.hrtime', () => process.hrtime()],
  ['process.hrtime.bigint', () => process.hrtime.bigint()],
  ['setTimeout', () => setTimeout(() => {}, 1)],
  ['setInterval', () => setInterval(() => {}, 1)],
  ['setImmediate', () => setImmediate(() => {})],
  ['setTimeout', () => require('node:timers').setTimeout(() => {}, 1)],
  ['timers/promises.setTimeout', () => sleepReally(1)],
  ['setTimeout', () => promisify(setTimeout)(1)],
  ['AbortSignal.timeout', () => AbortSignal.timeout(1)],
  ['fetch', () => fetch('http://127.0.0.1:1/')],
  ['fs.readFileSync', () => readFileSync(import.meta.filename)],
  ['fs.readFileSync', () => require('node:fs').readFileSync(import.meta.filename)],
  ['fs.promises.readFile', () => fs.promises.readFile(import.meta.filename)],
  ['net.connect', () => net.connect(1)],
  ['net.Server.listen', () => net.createServer().listen(0)],
  ['http.request', () => require('node:http').request('http://127.0.0.1:1/')],
  ['child_process.execFile', () => execFile('true')],
  ['dns.lookup', () => require('node:dns').lookup('localhost', () => {})],
  ['worker_threads.Worker', () => new (require('node:worker_threads').Worker)('', { eval: true })],
  ['zlib.gzip', () => require('node:zlib').gzip('', () => {})],
  ['crypto.randomUUID', () => randomUUID()],
  ['crypto.randomUUID', () => crypto.randomUUID()],
  ['crypto.getRandomValues', () => crypto.getRandomValues(new Uint8Array(1))],
  ['crypto.randomBytes', () => require('node:crypto').randomBytes(1)],
  ['crypto.randomInt', () => require('node:crypto').randomInt(9)],
  ['crypto.generateKeyPair', () => require('node:crypto').generateKeyPair('ed25519', () => {})],
  ['crypto.sign', () => sign('sha256', Buffer.from('x'), ecKey)],
  ['subtle.generateKey', () => crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign'])],
]

describe('a trap', () => {
  test.each(escapes)(
    'catches %s (case %#), and the run ends although the error is swallowed',
    async (name, act) => {
      const run = runInSim({ seed: 1 }, async ({ clock }) => {
        await clock.sleep(1)
        let thrown: unknown
        try {
          await act()
        } catch (error) {
          thrown = error
        }
        expect(thrown).toBeInstanceOf(NondeterminismError)
        await clock.sleep(1_000_000)
        return 'reached'
      })
      const error: unknown = await run.catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(NondeterminismError)
      expect(error).toMatchObject({ code: 'ERR_NONDETERMINISM' })
      expect((error as Error).message).toContain(name)
      expect((error as Error).stack).toContain('traps.test.ts')
    },
  )

  test('names the file that read the present moment behind a try and catch', async () => {
    const error = (await runInSim({ seed: 1 }, swallowedDateNow).catch((e: unknown) => e)) as Error
    expect(error).toBeInstanceOf(NondeterminismError)
    expect(error.message).toBe('Date.now() was called inside a run in virtual time')
    expect(error.stack).toMatch(/swallowedDateNow.*escapes\.ts/)
  })

  test('names the file that did not await WebCrypto', async () => {
    const error = (await runInSim({ seed: 1 }, unawaitedWebCrypto).catch(
      (e: unknown) => e,
    )) as Error
    expect(error).toBeInstanceOf(NondeterminismError)
    expect(error.message).toBe('nobody awaits the result of subtle.digest')
    expect(error.stack).toMatch(/unawaitedWebCrypto.*escapes\.ts/)
  })

  test('lets through what is determined: given dates, synchronous crypto, console', async () => {
    const { value } = await runInSim({ seed: 1 }, async ({ clock }) => {
      await clock.sleep(1)
      const date = new Date(Date.UTC(2026, 0, 1))
      console.debug('written inside a run')
      return [date.toISOString(), date instanceof Date, new Error('x').stack !== undefined]
    })
    expect(value).toEqual(['2026-01-01T00:00:00.000Z', true, true])
  })
})

describe('foreign asynchrony', () => {
  // Kept from before any run, as a library may do it.
  const laterReally = setTimeout

  test('that reaches a port is an escape with its stack', async () => {
    const run = runInSim({ seed: 1 }, async ({ clock }) => {
      void new Promise((resolve) => laterReally(resolve, 5)).then(function foreignStep() {
        return clock.sleep(1)
      })
      for (;;) await clock.sleep(1)
    })
    const error = (await run.catch((reason: unknown) => reason)) as Error
    expect(error).toBeInstanceOf(NondeterminismError)
    expect(error.message).toBe('"clock.sleep" was reached from outside virtual time')
    expect(error.stack).toContain('foreignStep')
  })

  test('that ends the body is an escape, not a deadlock', async () => {
    const run = runInSim({ seed: 1 }, () => new Promise((resolve) => laterReally(resolve, 5)))
    await expect(run).rejects.toThrow('the body of the run was ended from outside virtual time')
  })

  test('of the test runner goes on undisturbed between events', async () => {
    const seen: number[] = []
    const tick = (): void => {
      seen.push(Date.now(), performance.now(), Math.random())
      seen.push(readFileSync(import.meta.filename).length, randomUUID().length)
    }
    const timer = setInterval(tick, 1)
    const { events } = await runInSim({ seed: 1 }, async ({ clock }) => {
      for (let round = 0; round < 30_000; round += 1) await clock.sleep(1)
    })
    clearInterval(timer)
    expect(events).toBe(30_001)
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.every((value) => value > 0)).toBe(true)
  })
})

test('after a run, failed or not, everything is as it was', async () => {
  const before = snapshot()
  await runInSim({ seed: 1 }, async () => {})
  expect(snapshot()).toEqual(before)
  await runInSim({ seed: 1 }, swallowedDateNow).catch(() => {})
  await runInSim({ seed: 1 }, () => new Promise(() => {})).catch(() => {})
  expect(snapshot()).toEqual(before)
  expect(Date.now()).toBeGreaterThan(0)
  expect(readFileSync(import.meta.filename).length).toBeGreaterThan(0)
})

/** Every function that a run could have replaced, by identity. */
function snapshot(): Map<string, unknown> {
  const entries = new Map<string, unknown>()
  const modules: [string, object][] = [
    ['globalThis', globalThis],
    ['Math', Math],
    ['process', process],
    ['AbortSignal', AbortSignal],
    ['Date', Date],
    ['performance', Object.getPrototypeOf(performance) as object],
    ['subtle', Object.getPrototypeOf(crypto.subtle) as object],
    ['net.Socket', net.Socket.prototype],
  ]
  for (const name of ['fs', 'crypto', 'net', 'dns', 'timers', 'child_process', 'http', 'zlib']) {
    modules.push([name, require(`node:${name}`) as object])
  }
  for (const [name, module] of modules) {
    for (const key of Object.getOwnPropertyNames(module)) {
      const descriptor = Object.getOwnPropertyDescriptor(module, key)
      if (typeof descriptor?.value === 'function') entries.set(`${name}.${key}`, descriptor.value)
    }
  }
  return entries
}
