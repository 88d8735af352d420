import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Json } from '../../../kernel/json.ts'
import type { FromChild, ToChild } from '../../../target/child-protocol.ts'

/*
 * A Region that is as small as the protocol of children allows, for tests of the process world.
 * HTTP: GET /health, and POST / stores the body as a line of its disk. Service `replication`:
 * answers `pong` to any line. Settings: see ToySettings.
 */

/** How a toy Region is to misbehave. */
export interface ToySettings {
  readonly start: 'well' | 'never-ready' | 'ready-once' | 'exit' | 'fatal'
}

type Start = Extract<ToChild, { type: 'start' }>
type Request = Exclude<ToChild, Start>

let started: Start | undefined
let wallOffsetMicros = 0

function send(message: FromChild): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

function lines(): readonly string[] {
  const file = join(started?.dataFolder ?? '', 'lines')
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  )
}

function apiServer(): Server {
  return createHttpServer((request, response) => {
    const now = new Date(Date.now() + wallOffsetMicros / 1_000)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.method === 'POST') {
        appendFileSync(join(started?.dataFolder ?? '', 'lines'), `${Buffer.concat(chunks)}\n`)
      }
      response.setHeader('date', now.toUTCString())
      response.end(JSON.stringify({ region: started?.region, lines: lines() }))
    })
  })
}

function replicationServer(): Server {
  return createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => socket.write('pong\n'))
  })
}

function begin(start: Start): void {
  started = start
  wallOffsetMicros = start.wallOffsetMicros
  const behaviour = (start.settings as unknown as ToySettings).start
  if (behaviour === 'exit') {
    console.error('the disk is on fire')
    process.exit(7)
  }
  if (behaviour === 'fatal') {
    send({ type: 'fatal', message: 'no key to open the disk', hint: 'give it one' })
    process.exit(70)
  }
  const waits = behaviour === 'never-ready' || (behaviour === 'ready-once' && start.boot > 1)
  if (waits) return void console.error('waiting for a moon that never rises')
  void Promise.all([listen(apiServer()), listen(replicationServer())]).then(
    ([apiPort, replication]) => send({ type: 'ready', apiPort, services: { replication } }),
  )
}

function carryOut(request: Request): Json {
  switch (request.type) {
    case 'status':
      return { boot: started?.boot ?? 0, position: lines().length }
    case 'set-wall-offset':
      wallOffsetMicros = request.offsetMicros
      return null
    case 'stop':
      return null
    case 'command':
      return command(request.name, request.parameters)
  }
}

function command(name: string, parameters: Json): Json {
  switch (name) {
    case 'echo':
      return parameters
    case 'start-message':
      return started as unknown as Json
    case 'folder-mode':
      return statSync(started?.dataFolder ?? '').mode & 0o777
    case 'exit':
      return process.exit(9)
    default:
      throw new Error(`unknown command ${name}`)
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const message = JSON.parse(line) as ToChild
    if (message.type === 'start') return begin(message)
    try {
      send({ type: 'result', id: message.id, value: carryOut(message) })
    } catch (error) {
      send({ type: 'error', id: message.id, message: String(error) })
    }
    if (message.type === 'stop') process.exit(0)
  })
  .on('close', () => process.exit(0))
