import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { AuditEntry } from '../../fixtures/reference/audit/audit-entry.ts'
import { systemClock } from '../kernel/clock.ts'
import type { Json } from '../kernel/json.ts'
import { millis, seconds } from '../kernel/time.ts'
import { resolvePlan } from '../plan/resolve.ts'
import type { RunningRegion } from '../target/contract.ts'
import { callApi } from '../target/reference/api.ts'
import { poolSettings } from '../target/reference/pool-settings.ts'
import { runningPair } from '../target/reference/running-pair.test.support.ts'
import { referenceTarget } from '../target/reference/target.ts'
import { type Answer, environmentOf, program } from './interregnum.test.support.ts'

const clock = systemClock()

/** A request that changed something, as an audit log has it. */
export type Write = Extract<AuditEntry, { readonly kind: 'request' }>

/** Somebody's pair, as a game day finds it: a pool that consents, and a router before it. */
export interface DrilledPair extends AsyncDisposable {
  readonly primary: RunningRegion
  readonly poolId: string
  /** Where the router listens. */
  readonly routeUrl: string
  /** Nobody reaches the primary any more, until it is back. */
  losePrimary(): Promise<void>
  primaryIsBack(): Promise<void>
  /** From now on the router leads to the replica. */
  flip(): void
  users(): Promise<readonly string[]>
  /** Changes that a Region was asked for, by the audit log of it. */
  writes(): Promise<readonly Write[]>
  /** Writes a topology file into a folder. */
  topology(folder: string): string
}

/** A program that runs, and what it said so far. */
export interface Running {
  readonly child: ChildProcess
  readonly answer: Promise<Answer>
  said(): string
}

/** Starts the built program in a folder; it is killed after the test. */
export function start(
  folder: string,
  environment: Readonly<Record<string, string>>,
  ...argv: readonly string[]
): Running {
  const env = { ...environmentOf(folder), ...environment }
  const child = spawn(process.execPath, [program, ...argv], { cwd: folder, env })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const answer = new Promise<Answer>((resolve) => {
    child.once('close', (code) => resolve({ code, out, err }))
  })
  return { child, answer, said: () => err }
}

/** Waits until something holds. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = clock.monotonic() + seconds(40)
  while (!(await holds())) {
    if (clock.monotonic() > end) throw new Error(`never: ${what}`)
    await clock.sleep(millis(20))
  }
}

/** What requests of a population came to so far, oldest first, as the history of a watch tells. */
export function answersOf(folder: string, population: string): readonly string[] {
  const lines = readFileSync(join(folder, 'observe', 'history.ndjson'), 'utf8').split('\n')
  const sent = new Set<string>()
  const answers: string[] = []
  for (const line of lines) {
    const [, type = ''] = /"type":"(invoke|ok|fail|info)"/.exec(line) ?? []
    const [, operation = ''] = /"operation":"(op\d+)"/.exec(line) ?? []
    if (type !== 'invoke' && sent.has(operation)) answers.push(type)
    if (type === 'invoke' && line.includes(`"population":"${population}"`)) sent.add(operation)
  }
  return answers
}

/** Whether clients were lost, and served since so often in a row that it counts. */
export const servedAgain = (folder: string) => (): boolean => {
  const answers = answersOf(folder, 'clients')
  return (
    answers.length - 1 - answers.findLastIndex((type) => type !== 'ok') >= 21 &&
    answers.some((type) => type !== 'ok')
  )
}

/** Whether a watch has begun. */
export const watching = (running: Running) => (): boolean =>
  running.said().includes('the watch begins')

/** Starts the reference on real sockets, with a pool that was there before. */
export async function drilledPair(): Promise<DrilledPair> {
  const plan = resolvePlan(
    { scenarios: ['any'], cryptography: { passwordHashCost: 2 } },
    { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
  )
  const pair = await runningPair(await referenceTarget.topology(plan))
  const at = (role: string): RunningRegion => {
    const found = pair.regions.find((region) => region.role === role)
    if (found === undefined) throw new Error(`no ${role}`)
    return found
  }
  const primary = at('primary')
  const replica = at('replica')
  const call = async (operation: string, input: { readonly [field: string]: Json }) => {
    const answer = await callApi(primary.direct, { operation, input }, clock.timeout(seconds(5)))
    if (!answer.ok) throw new Error(`${operation}: ${answer.code} ${answer.message}`)
    return answer.output
  }
  const { poolId, clientId } = await poolOf(call, replica.name)
  let leadsTo = primary
  const front = await frontOf(() => primary)
  const router = await frontOf(
    () => leadsTo,
    () => front.isOpen() || leadsTo !== primary,
  )
  return {
    ...{ primary, poolId, routeUrl: router.url },
    losePrimary: () => front.close(),
    primaryIsBack: () => front.open(),
    flip: () => {
      leadsTo = replica
    },
    users: async () => {
      const { Users } = await call('ListUsers', { UserPoolId: poolId })
      return (Users as { Username: string }[]).map(({ Username }) => Username)
    },
    writes: async () => {
      const entries = await Promise.all(
        pair.regions.map((region) => region.control.command('audit', null)),
      )
      return entries
        .flatMap((answer) => (answer as unknown as { entries: AuditEntry[] }).entries)
        .filter((entry): entry is Write => entry.kind === 'request' && entry.positions.length > 0)
    },
    topology: (folder) => {
      const file = join(folder, 'pair.yaml')
      const lines = [
        'regions:',
        `  ${primary.name}: { role: primary, url: "${front.url}" }`,
        `  ${replica.name}: { role: replica, url: "${replica.endpoint}" }`,
        `target: { existing: { poolId: ${poolId}, clientId: ${clientId} }, prefix: drill }`,
      ]
      writeFileSync(file, `${lines.join('\n')}\n`)
      return file
    },
    [Symbol.asyncDispose]: async () => {
      await router.close()
      await front.close()
      await pair[Symbol.asyncDispose]()
    },
  }
}

async function poolOf(
  call: (
    operation: string,
    input: { readonly [field: string]: Json },
  ) => Promise<Readonly<Record<string, unknown>>>,
  replica: string,
): Promise<{ readonly poolId: string; readonly clientId: string }> {
  const created = await call('CreateUserPool', {
    PoolName: 'people',
    ...poolSettings,
    UserPoolTags: { 'interregnum:consent': 'observe' },
  })
  const poolId = (created.UserPool as { Id: string }).Id
  const named = { UserPoolId: poolId }
  const client = await call('CreateUserPoolClient', {
    ...named,
    ClientName: 'app',
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  })
  await call('AdminCreateUser', { ...named, Username: 'ada', MessageAction: 'SUPPRESS' })
  await call('CreateUserPoolReplica', { ...named, RegionName: replica })
  for (const status of ['INACTIVE', 'ACTIVE']) {
    if (status === 'ACTIVE') {
      await call('UpdateUserPoolReplica', { ...named, RegionName: replica, Status: status })
    }
    const end = clock.monotonic() + seconds(5)
    for (;;) {
      const { UserPoolReplicas: all } = await call('ListUserPoolReplicas', named)
      const found = (all as Record<string, unknown>[]).find(({ Role }) => Role === 'SECONDARY')
      if (found?.Status === status || clock.monotonic() > end) break
      await clock.sleep(millis(10))
    }
  }
  return { poolId, clientId: (client.UserPoolClient as { ClientId: string }).ClientId }
}

/** What clients reach, until it is closed. */
export interface Front {
  readonly url: string
  isOpen(): boolean
  open(): Promise<void>
  close(): Promise<void>
}

/** What clients reach in place of a Region; it says which one answered. */
export async function frontOf(
  leadsTo: () => Pick<RunningRegion, 'name' | 'direct'>,
  reaches: () => boolean = () => true,
): Promise<Front> {
  let server: Server | undefined
  let port = 0
  const listen = async (): Promise<void> => {
    const opened = serve(leadsTo, reaches)
    await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve))
    port = (opened.address() as AddressInfo).port
    server = opened
  }
  await listen()
  return {
    url: `http://127.0.0.1:${port}`,
    isOpen: () => server !== undefined,
    open: listen,
    close: async () => {
      const closing = server
      server = undefined
      closing?.closeAllConnections()
      await new Promise<void>((resolve) => {
        if (closing === undefined) resolve()
        else closing.close(() => resolve())
      })
    },
  }
}

function serve(
  leadsTo: () => Pick<RunningRegion, 'name' | 'direct'>,
  reaches: () => boolean,
): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const region = leadsTo()
      if (!reaches()) {
        response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
        return
      }
      const { 'content-length': _, connection: __, ...headers } = request.headers
      region.direct
        .send({
          method: request.method ?? 'GET',
          path: request.url ?? '/',
          headers: headers as Record<string, string>,
          body: Buffer.concat(chunks),
        })
        .then(
          ({ status, headers: given, body }) =>
            response.writeHead(status, { ...given, 'x-served-by': region.name }).end(body),
          () => response.destroy(),
        )
    })
  })
}
