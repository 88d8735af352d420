import { type HttpClient, HttpError } from '../../http/http.ts'
import { undiciHttpClient } from '../../http/undici-client.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Micros, millis } from '../../kernel/time.ts'
import type {
  RegionControl,
  RegionDatabase,
  RegionLifecycle,
  RegionMachine,
  RegionPlan,
  RunningRegion,
} from '../../target/contract.ts'
import { sendCanary } from './canary.ts'
import { controlMillisMax } from './child-channel.ts'
import type { DatabaseSubject } from './database-lifecycle.ts'
import type { Endpoint } from './endpoint.ts'
import { parseStatus, readDateHeader } from './region-control.ts'
import { regionLifecycle } from './region-lifecycle.ts'
import { RegionLives, type RegionLivesOptions } from './region-lives.ts'
import type { TlsTrust } from './tls-front.ts'
import type { Traveller } from './wall-travel.ts'

/** What a world can do to a disk; each where it can. */
export type DiskFaults = Pick<RegionLifecycle, 'fillDisk' | 'freeDisk' | 'failSyncs' | 'mendSyncs'>

/** What a Region of this world needs. */
export interface ChildRegionOptions extends RegionLivesOptions {
  /** Where clients of this Region connect to: the link proxy, or TLS in front of it. */
  readonly clientsEnd: Endpoint
  /** Present where clients speak TLS. */
  readonly tls?: TlsTrust
  /** Where the Region has a database beside its own software. */
  readonly database?: (subject: DatabaseSubject) => RegionDatabase
  /** What the world can do to its disk. */
  readonly disk?: DiskFaults
  readonly machine?: RegionMachine
}

/** A Region whose software is a child process, over all its lives. */
export interface ChildRegion extends RunningRegion, Traveller {
  /** The first start; resolves when it is ready. */
  begin(): Promise<void>
  dispose(): Promise<void>
}

/** The lives of one Region's software, as {@link RegionLives} has them. */
export type Lives = Pick<
  RegionLives,
  'life' | 'direct' | 'channel' | 'start' | 'settled' | 'setSkew' | 'applyOffset' | 'dispose'
> &
  Partial<Pick<RegionLives, 'address'>>

/** A Region that is not started yet. */
export function childRegion(options: ChildRegionOptions): ChildRegion {
  return regionOver(new RegionLives(options), options)
}

/** A Region over lives of whatever kind. */
export function regionOver(
  lives: Lives,
  options: Pick<
    ChildRegionOptions,
    'plan' | 'clock' | 'clientsEnd' | 'tls' | 'database' | 'disk' | 'machine'
  >,
): ChildRegion {
  const { clock, clientsEnd, tls } = options
  const { name, role } = options.plan
  const endpoint = `${tls === undefined ? 'http' : 'https'}://${clientsEnd.host}:${clientsEnd.port}`
  const http = tls === undefined ? undiciHttpClient(endpoint) : undiciHttpClient(endpoint, { tls })
  const direct: HttpClient = {
    send: (request, signal) => lives.direct?.send(request, signal) ?? refuse(name),
  }
  const control: RegionControl = {
    status: async () => parseStatus(name, await lives.channel.request({ type: 'status' })),
    setWallOffset: (offset) => lives.setSkew(offset),
    readWall: () => readDateHeader(name, direct, clock.timeout(millis(controlMillisMax))),
    command: async (command, parameters) =>
      lives.channel.request({ type: 'command', name: command, parameters }),
  }
  const start = (): Promise<void> => lives.start()
  const lifecycle = regionLifecycle({
    name,
    clock,
    life: () => lives.life,
    start,
    afterCrash: () => lives.settled(),
    afterResume: () => lives.applyOffset(),
  })
  const { serving } = options.plan
  return {
    name,
    role,
    endpoint,
    addresses: { overLink: clientsEnd, direct: () => lives.address },
    http,
    direct,
    control,
    ...(serving === undefined
      ? {}
      : { serves: (deadline) => answers(lives.address, serving, deadline, clock) }),
    lifecycle: { ...options.disk, ...lifecycle },
    ...(options.machine === undefined ? {} : { machine: options.machine }),
    ...(options.database === undefined
      ? {}
      : {
          database: options.database({
            ...{ name, clock },
            life: () => lives.life,
            command: (command) => control.command(command, null),
          }),
        }),
    begin: start,
    travelTo: () => lives.applyOffset(),
    dispose: async () => {
      await lives.dispose()
      await http[Symbol.asyncDispose]()
    },
  }
}

/** Whether bytes that are sent past every link are answered as they have to be. */
async function answers(
  end: Endpoint | undefined,
  serving: NonNullable<RegionPlan['serving']>,
  deadline: Micros,
  clock: Clock,
): Promise<boolean> {
  return end !== undefined && (await sendCanary({ end, ...serving, deadline, clock })).passed
}

/** A Region without a process listens nowhere; its old port may belong to somebody else by now. */
async function refuse(region: string): Promise<never> {
  throw new HttpError(`Region ${region} does not run`, { sent: 'no', failure: 'refused' })
}
