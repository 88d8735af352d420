import { existsSync } from 'node:fs'
import { type RequestOptions, request } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../kernel/clock.ts'
import { WorldError } from '../kernel/errors.ts'
import type { Json } from '../kernel/json.ts'
import { millis } from '../kernel/time.ts'

/** How long the engine may take to answer one call. */
const callMillisMax = 10_000

/** Longest answer that is read. */
const answerBytesMax = 64 * 1_024 * 1_024

/** What the engine answered. */
export interface EngineAnswer {
  readonly status: number
  readonly body: Json
}

/**
 * Where the container engine of this machine is: `$DOCKER_HOST`, else the first socket that exists
 * among those of Docker, Docker Desktop and a rootless engine; undefined if there is none.
 */
export function engineAddress(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const own = environment.DOCKER_HOST
  if (own !== undefined && own !== '') return own
  const runtime = environment.XDG_RUNTIME_DIR
  const sockets = [
    '/var/run/docker.sock',
    join(homedir(), '.docker', 'run', 'docker.sock'),
    ...(runtime === undefined ? [] : [join(runtime, 'docker.sock')]),
  ]
  const found = sockets.find((path) => existsSync(path))
  return found === undefined ? undefined : `unix://${found}`
}

/**
 * One call of the engine's HTTP API, bounded in time and size, without any package: what cleans up
 * must not depend on what may be missing.
 *
 * @param address - Such as `unix:///var/run/docker.sock` or `tcp://127.0.0.1:2375`.
 * @param path - Below the root of the API, such as `/containers/json`.
 * @throws WorldError if the address has another form, or nobody answers there in time.
 * @see https://docs.docker.com/reference/api/engine/
 */
export async function callEngine(
  address: string,
  method: 'GET' | 'DELETE' | 'POST',
  path: string,
  millisMax: number = callMillisMax,
): Promise<EngineAnswer> {
  const signal = systemClock().timeout(millis(millisMax))
  try {
    return await exchange({ ...destinationOf(address), method, path, signal })
  } catch (cause) {
    if (cause instanceof WorldError) throw cause
    const reason = signal.aborted ? `no answer within ${millisMax} ms` : String(cause)
    throw new WorldError(`the container engine at ${address} does not answer: ${reason}`, {
      cause,
      hint: 'start the engine (dockerd, Docker Desktop), or set DOCKER_HOST to where it listens',
    })
  }
}

/** The version of the engine, or why it cannot be asked. */
export interface EnginePresence {
  readonly address?: string
  readonly version?: string
  readonly apiVersion?: string
  /** Why there is none. */
  readonly missing?: string
}

/** Looks whether an engine answers. Never throws and never waits longer than `millisMax`. */
export async function findEngine(
  address: string | undefined = engineAddress(),
  millisMax: number = callMillisMax,
): Promise<EnginePresence> {
  if (address === undefined) {
    return { missing: 'there is no socket of a container engine, and DOCKER_HOST is not set' }
  }
  try {
    const { status, body } = await callEngine(address, 'GET', '/version', millisMax)
    const { Version: version, ApiVersion: apiVersion } = body as Record<string, unknown>
    if (status !== 200 || typeof version !== 'string') {
      return { address, missing: `what answers at ${address} is no container engine` }
    }
    return { address, version, ...(typeof apiVersion === 'string' ? { apiVersion } : {}) }
  } catch (error) {
    return { address, missing: error instanceof Error ? error.message : String(error) }
  }
}

function destinationOf(address: string): RequestOptions {
  if (address.startsWith('unix://')) {
    return { socketPath: address.slice('unix://'.length), headers: { host: 'engine' } }
  }
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url !== undefined && ['tcp:', 'http:'].includes(url.protocol)) {
    return { host: url.hostname, port: url.port === '' ? 2_375 : Number(url.port) }
  }
  throw new WorldError(`DOCKER_HOST is ${address}; unix://… or tcp://… was expected`, {
    hint: 'TLS and SSH are not supported: forward the socket of that engine to this machine',
  })
}

function exchange(options: RequestOptions): Promise<EngineAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...options, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      let length = 0
      answer.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length > answerBytesMax) asked.destroy(new Error('the answer is too long'))
        else chunks.push(chunk)
      })
      answer.on('error', reject)
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString()) })
      })
    })
    asked.on('error', reject)
    asked.end()
  })
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}
