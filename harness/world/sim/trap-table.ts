import childProcess from 'node:child_process'
import crypto from 'node:crypto'
import dgram from 'node:dgram'
import dns from 'node:dns'
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import timers from 'node:timers'
import workerThreads from 'node:worker_threads'
import zlib from 'node:zlib'

/** A place from which a function is replaced while a run is on. */
export interface TrapSite {
  readonly target: object
  readonly key: PropertyKey
  /** As people write it, such as `Math.random`. */
  readonly name: string
  readonly hint: string
  /** Springs only where this holds; always if absent. */
  readonly when?: (values: readonly unknown[]) => boolean
}

const hints = {
  clock: 'Use the Clock or WallClock port.',
  random: 'Use the Random port; keys cannot be drawn from a seed, so pick one from a pool.',
  world: 'No input or output while virtual time runs: load before it, write after it.',
  offload: 'Use the synchronous form, or go through offload.',
  signature: 'Only deterministic signatures repeat: RS256, Ed25519 or HMAC.',
} as const

/** Every site, found anew because others may replace functions between two runs. */
export function trapSites(): TrapSite[] {
  return [
    ...named(globalThis, '', hints.clock, ['setTimeout', 'setInterval', 'setImmediate']),
    ...named(globalThis, '', hints.world, [...['fetch', 'MessageChannel', 'BroadcastChannel']]),
    ...named(Math, 'Math.', hints.random, ['random']),
    ...named(performance, 'performance.', hints.clock, ['now', 'mark', 'measure']),
    ...named(process, 'process.', hints.clock, ['hrtime', 'uptime']),
    ...named(AbortSignal, 'AbortSignal.', hints.clock, ['timeout']),
    ...named(timers, 'timers.', hints.clock, ['setTimeout', 'setInterval', 'setImmediate']),
    ...named(timers.promises, 'timers/promises.', hints.clock, [
      ...['setTimeout', 'setInterval', 'setImmediate'],
    ]),
    ...named(timers.promises.scheduler, 'timers/promises.scheduler.', hints.clock, [
      ...['wait', 'yield'],
    ]),
    ...worldSites(),
    ...randomSites(),
    ...signatureSites(),
  ]
}

function worldSites(): TrapSite[] {
  const { world, offload } = hints
  return [
    ...functionsOf(fs, 'fs.', world),
    ...functionsOf(fs.promises, 'fs.promises.', world),
    ...functionsOf(childProcess, 'child_process.', world),
    ...functionsOf(dns, 'dns.', world),
    ...functionsOf(dns.promises, 'dns.promises.', world),
    ...named(net, 'net.', world, ['connect', 'createConnection']),
    ...named(net.Socket.prototype, 'net.Socket.', world, ['connect']),
    ...named(net.Server.prototype, 'net.Server.', world, ['listen']),
    ...named(dgram, 'dgram.', world, ['createSocket']),
    ...named(http, 'http.', world, ['request', 'get']),
    ...named(https, 'https.', world, ['request', 'get']),
    ...named(workerThreads, 'worker_threads.', world, [
      ...['Worker', 'MessageChannel', 'BroadcastChannel'],
    ]),
    ...named(zlib, 'zlib.', offload, [
      ...['deflate', 'inflate', 'deflateRaw', 'inflateRaw', 'gzip', 'gunzip', 'unzip'],
      ...['brotliCompress', 'brotliDecompress'],
    ]),
  ]
}

function randomSites(): TrapSite[] {
  const { random } = hints
  return [
    ...named(crypto, 'crypto.', random, [
      ...['randomBytes', 'pseudoRandomBytes', 'randomFill', 'randomFillSync', 'randomInt'],
      ...['randomUUID', 'getRandomValues', 'generateKey', 'generateKeySync', 'publicEncrypt'],
      ...['generateKeyPair', 'generateKeyPairSync', 'generatePrime', 'generatePrimeSync'],
    ]),
    ...named(crypto.webcrypto, 'crypto.', random, ['getRandomValues', 'randomUUID']),
    ...named(crypto.webcrypto.subtle, 'subtle.', random, ['generateKey']),
    ...named(crypto.ECDH.prototype, 'ECDH.', random, ['generateKeys']),
    ...named(crypto.DiffieHellman.prototype, 'DiffieHellman.', random, ['generateKeys']),
  ]
}

function signatureSites(): TrapSite[] {
  const { signature } = hints
  const subtle = (values: readonly unknown[]): boolean => randomised(algorithmName(values[0]))
  const key =
    (index: number) =>
    (values: readonly unknown[]): boolean =>
      randomisedKey(values[index])
  return [
    ...named(crypto.webcrypto.subtle, 'subtle.', signature, ['sign', 'encrypt'], subtle),
    ...named(crypto, 'crypto.', signature, ['sign'], key(2)),
    ...named(crypto.Sign.prototype, 'crypto.Sign.', signature, ['sign'], key(0)),
  ]
}

function algorithmName(algorithm: unknown): string {
  const name =
    typeof algorithm === 'object' && algorithm !== null && 'name' in algorithm
      ? algorithm.name
      : algorithm
  return String(name).toUpperCase()
}

function randomised(algorithm: string): boolean {
  return algorithm === 'ECDSA' || algorithm === 'RSA-PSS' || algorithm === 'RSA-OAEP'
}

function randomisedKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof crypto.KeyObject) {
    return ['ec', 'dsa', 'rsa-pss'].includes(value.asymmetricKeyType ?? '')
  }
  if ('padding' in value && value.padding === crypto.constants.RSA_PKCS1_PSS_PADDING) return true
  return 'key' in value && randomisedKey(value.key)
}

/** Those of the named functions that exist in this version of Node, where they are defined. */
function named(
  object: object,
  prefix: string,
  hint: string,
  keys: readonly string[],
  when?: (values: readonly unknown[]) => boolean,
): TrapSite[] {
  return keys
    .filter((key) => key in object)
    .map((key) => ({
      target: ownerOf(object, key),
      key,
      name: prefix + key,
      hint,
      ...(when === undefined ? {} : { when }),
    }))
}

/** Every function of a module, but no class and nothing private. */
function functionsOf(module: object, prefix: string, hint: string): TrapSite[] {
  const keys = Object.keys(module).filter((key) => {
    const descriptor = Object.getOwnPropertyDescriptor(module, key)
    return /^[a-z]/.test(key) && typeof descriptor?.value === 'function'
  })
  return named(module, prefix, hint, keys)
}

function ownerOf(object: object, key: PropertyKey): object {
  let owner = object
  while (!Object.hasOwn(owner, key)) owner = Object.getPrototypeOf(owner) as object
  return owner
}
