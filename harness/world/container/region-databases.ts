import { randomBytes } from 'node:crypto'
import type { Clock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/json.ts'
import { millis } from '../../kernel/time.ts'
import type { RegionLifecycle, RegionPlan, RegionState } from '../../target/contract.ts'
import type { Endpoint } from '../process/endpoint.ts'
import { isRefusal, stateOf } from './container-life.ts'
import type { EngineRuntime } from './engine-runtime.ts'
import { imageOf } from './images.ts'
import { type PlacedContainer, placeContainer } from './placed-container.ts'
import { runInContainer } from './run-in-container.ts'
import type { RunObjects } from './run-objects.ts'

/** Port of a Region's database; what is a replica's own has the next one. */
export const databasePort = 5_432

/** How long a database may take: a standby waits for its primary and copies it. */
const readyMillisMax = 120_000
const lookMillis = 100

/** PostgreSQL's superuser and the database in our image. */
const user = 'postgres'
const name = 'identity'

/** The databases of one Region: containers that share its network. */
export interface RegionDatabases {
  /** Where the Region finds them, as its settings say it. */
  readonly settings: Readonly<Record<string, Json>>
  /** Places or starts those that do not run; resolves when they take connections. */
  start(): Promise<void>
  /** SIGKILL for all of them. */
  kill(): Promise<void>
  readonly lifecycle: RegionLifecycle
  dispose(): Promise<void>
}

/** What the databases of one Region need. */
export interface RegionDatabasesOptions {
  readonly engine: EngineRuntime
  readonly objects: RunObjects
  readonly clock: Clock
  readonly plan: RegionPlan
  /** The container whose network they share. */
  readonly network: string
  /** The same for all Regions of a stack. */
  readonly password: string
  /** For a replica: where the link to the database of its primary begins. */
  readonly upstream: Endpoint | undefined
}

/** A password for the databases of one stack: it is in memory and in its containers alone. */
export function databasePassword(): string {
  return randomBytes(24).toString('hex')
}

/**
 * A primary has one database. A replica has a standby, which follows over the link, and one of its
 * own for what is not replicated.
 */
export function regionDatabases(options: RegionDatabasesOptions): RegionDatabases {
  const { clock, password, upstream } = options
  const at = (port: number): Json => ({ host: '127.0.0.1', port, user, password, name })
  const servers =
    upstream === undefined
      ? [databaseServer(options, 'database', databasePort, {})]
      : [
          databaseServer(options, 'database', databasePort, {
            INTERREGNUM_DATABASE_ROLE: 'standby',
            INTERREGNUM_DATABASE_UPSTREAM: `${upstream.host}:${upstream.port}`,
          }),
          databaseServer(options, 'regional-database', databasePort + 1, {}),
        ]
  const all = async (change: (server: DatabaseServer) => Promise<unknown>): Promise<void> => {
    await Promise.all(servers.map(change))
  }
  const start = async (): Promise<void> => {
    await all((server) => server.start())
    await all((server) => server.ready(clock))
  }
  const kill = (): Promise<void> => all((server) => server.kill())
  return {
    settings: {
      database: at(databasePort),
      ...(upstream === undefined ? {} : { regionalDatabase: at(databasePort + 1) }),
    },
    start,
    kill,
    lifecycle: {
      observe: async () => worst(await Promise.all(servers.map((server) => server.observe()))),
      crash: kill,
      start,
      pause: () => all((server) => server.pause()),
      resume: () => all((server) => server.resume()),
    },
    dispose: () => all((server) => server.remove()),
  }
}

interface DatabaseServer {
  observe(): Promise<RegionState>
  start(): Promise<void>
  ready(clock: Clock): Promise<void>
  kill(): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  remove(): Promise<void>
}

function databaseServer(
  { engine, objects, plan, network, password }: RegionDatabasesOptions,
  what: string,
  port: number,
  environment: Readonly<Record<string, string>>,
): DatabaseServer {
  const owner = `${what} of Region ${plan.name}`
  let placed: PlacedContainer | undefined
  const observe = async () => (placed === undefined ? 'stopped' : stateOf(placed.container))
  return {
    observe,
    start: async () => {
      if (placed !== undefined) {
        if ((await observe()) === 'stopped') await placed.container.start()
        return
      }
      placed = await placeContainer(engine, objects, {
        ...{ owner, word: `${plan.name}-${what}`, image: imageOf('postgres') },
        command: port === databasePort ? [] : ['-c', `port=${port}`],
        environment: { INTERREGNUM_DATABASE_PASSWORD: password, ...environment },
        attachment: { sharedWith: network },
      })
    },
    ready: async (clock) => {
      const deadline = clock.monotonic() + millis(readyMillisMax)
      const ask = ['pg_isready', '-q', '-h', '127.0.0.1', '-p', String(port)]
      // The programs of PostgreSQL are in no folder of PATH.
      const command = ['sh', '-c', `PATH=$(echo /usr/lib/postgresql/*/bin):$PATH ${ask.join(' ')}`]
      while (placed !== undefined && (await observe()) === 'running') {
        if (await succeeds(runInContainer(placed, command))) return
        if (clock.monotonic() > deadline) break
        await clock.sleep(millis(lookMillis))
      }
      throw new WorldError(`the ${owner} did not take connections within ${readyMillisMax} ms`)
    },
    kill: async () => void (await placed?.container.kill({ signal: 'SIGKILL' }).catch(unlessOver)),
    pause: async () => void (await placed?.container.pause()),
    resume: async () => void (await placed?.container.unpause()),
    remove: async () => placed?.remove(),
  }
}

/** What does not run any more needs no signal. */
function unlessOver(error: unknown): void {
  if (!isRefusal(error)) throw error
}

async function succeeds(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  )
}

function worst(states: readonly RegionState[]): RegionState {
  if (states.every((state) => state === 'stopped')) return 'stopped'
  return states.every((state) => state === 'paused') ? 'paused' : 'running'
}
