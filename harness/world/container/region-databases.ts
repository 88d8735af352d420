import { randomBytes } from 'node:crypto'
import type { Clock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/json.ts'
import { millis } from '../../kernel/time.ts'
import type {
  RegionDatabase,
  RegionPlan,
  RegionState,
  StandbyState,
} from '../../target/contract.ts'
import type { Endpoint } from '../process/endpoint.ts'
import { isRefusal, stateOf } from './container-life.ts'
import type { EngineRuntime } from './engine-runtime.ts'
import { imageOf } from './images.ts'
import { type PlacedContainer, type Placement, placeContainer } from './placed-container.ts'
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
  readonly lifecycle: RegionDatabase
  /** Those that were made. */
  containers(): readonly PlacedContainer[]
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
  /** What all containers of the Region have. */
  readonly common: Pick<Placement, 'environment' | 'volumes'>
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
  const [copy] = servers
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
      ...(upstream === undefined || copy === undefined ? {} : { standby: standbyOf(copy, clock) }),
    },
    containers: () => servers.flatMap((server) => server.placed() ?? []),
    dispose: () => all((server) => server.remove()),
  }
}

interface DatabaseServer {
  placed(): PlacedContainer | undefined
  /** The one value that a query of the superuser answers. */
  ask(query: string): Promise<string>
  observe(): Promise<RegionState>
  start(): Promise<void>
  ready(clock: Clock): Promise<void>
  kill(): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  remove(): Promise<void>
}

function databaseServer(
  { engine, objects, plan, network, password, common }: RegionDatabasesOptions,
  what: string,
  port: number,
  environment: Readonly<Record<string, string>>,
): DatabaseServer {
  const owner = `${what} of Region ${plan.name}`
  let placed: PlacedContainer | undefined
  const observe = async () => (placed === undefined ? 'stopped' : stateOf(placed.container))
  const run = (command: string): Promise<string> => {
    if (placed === undefined) throw new WorldError(`the ${owner} was never started`)
    // The programs of PostgreSQL are in no folder of PATH.
    const path = 'PATH=$(echo /usr/lib/postgresql/*/bin):$PATH'
    return runInContainer(placed, ['sh', '-c', `${path} ${command}`])
  }
  return {
    observe,
    placed: () => placed,
    ask: async (query) => {
      const asked = await run(`psql -h /tmp -p ${port} -U ${user} -d ${name} -Atc "${query}"`)
      return asked.trim()
    },
    start: async () => {
      if (placed !== undefined) {
        if ((await observe()) === 'stopped') await placed.container.start()
        return
      }
      placed = await placeContainer(engine, objects, {
        ...{ owner, word: `${plan.name}-${what}`, image: imageOf('postgres') },
        command: port === databasePort ? [] : ['-c', `port=${port}`],
        environment: {
          ...{ ...common.environment, INTERREGNUM_DATABASE_PASSWORD: password },
          ...environment,
        },
        attachment: { sharedWith: network },
        ...(common.volumes === undefined ? {} : { volumes: common.volumes }),
      })
    },
    ready: async (clock) => {
      const deadline = clock.monotonic() + millis(readyMillisMax)
      while ((await observe()) === 'running') {
        if (await succeeds(run(`pg_isready -q -h 127.0.0.1 -p ${port}`))) return
        if (clock.monotonic() > deadline) break
        await clock.sleep(millis(lookMillis))
      }
      throw new WorldError(
        (await observe()) === 'running'
          ? `the ${owner} did not take connections within ${readyMillisMax} ms`
          : `the ${owner} ended before it took connections`,
      )
    },
    kill: async () => void (await placed?.container.kill({ signal: 'SIGKILL' }).catch(unlessOver)),
    pause: async () => void (await placed?.container.pause()),
    resume: async () => void (await placed?.container.unpause()),
    remove: async () => {
      const last = placed
      placed = undefined
      await last?.remove()
    },
  }
}

/** What can be done to a copy that follows a primary. */
function standbyOf(copy: DatabaseServer, clock: Clock): NonNullable<RegionDatabase['standby']> {
  return {
    observe: async (): Promise<StandbyState> => {
      const follows = await copy.ask('SELECT pg_is_in_recovery()').catch(() => undefined)
      if (follows === undefined) return 'away'
      return follows === 't' ? 'following' : 'promoted'
    },
    promote: async () => {
      if ((await copy.ask('SELECT pg_promote(true, 10)')) === 't') return
      throw new WorldError('the standby was not promoted in time')
    },
    follow: async () => {
      // Its cluster goes with its container: the next one begins with a copy of the primary's.
      await copy.remove()
      await copy.start()
      await copy.ready(clock)
    },
  }
}

/** What does not run any more needs no signal. */
function unlessOver(error: unknown): void {
  if (!isRefusal(error)) throw error
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  )
}

function worst(states: readonly RegionState[]): RegionState {
  if (states.every((state) => state === 'stopped')) return 'stopped'
  return states.every((state) => state === 'paused') ? 'paused' : 'running'
}
