import { type HttpClient, HttpError, type HttpResponse } from '../../http/http.ts'
import { undiciHttpClient } from '../../http/undici-client.ts'
import type { Clock } from '../../kernel/clock.ts'
import { FaultError, WorldError } from '../../kernel/errors.ts'
import { type Micros, millis } from '../../kernel/time.ts'
import { endText } from '../../ledger/hook.ts'
import { hostOf, type RemoteRegion } from '../../plan/remote-topology.ts'
import type {
  ActiveDisturbance,
  RegionLifecycle,
  RegionLoss,
  RegionStatus,
  RunningRegion,
} from '../../target/contract.ts'
import { sendCanary } from '../process/canary.ts'
import { type Endpoint, onLoopback } from '../process/endpoint.ts'
import type { HookSubject, RemoteHooks } from './remote-hooks.ts'
import { remoteTls } from './remote-tls.ts'

/** How long one look at a Region may take. */
const lookMicrosMax: Micros = millis(3_000)
const lookPause: Micros = millis(50)

/** A lag that was asked for is good for this long: who waits for it asks again and again. */
const lagMicrosMax: Micros = millis(200)

/** What a Region of somebody's needs. */
export interface RemoteRegionOptions {
  readonly subject: HookSubject
  readonly region: RemoteRegion
  /** The folder of the topology. */
  readonly folder: string
  /** The port of `clients→<region>` on this machine. */
  readonly port: number
  readonly hooks: RemoteHooks
  readonly clock: Clock
  /** How long it may take until a change of its life shows. */
  readonly changeMillisMax: number
}

/** A Region of somebody's, and why it does not serve; undefined where it does. */
export interface RemoteRegionHandle extends RunningRegion {
  whyNotServing(deadline: Micros): Promise<string | undefined>
  dispose(): Promise<void>
}

/** A Region that others run: reached over its link, looked at past it, disturbed by hooks alone. */
export function remoteRegion(options: RemoteRegionOptions): RemoteRegionHandle {
  const { subject, port, hooks } = options
  const { name, role, url } = subject
  const ways = options.region.canary === undefined ? waysOfHttp(options) : waysOfSockets(options)
  const whyNotServing = async (deadline: Micros): Promise<string | undefined> => {
    const why = await ways.whyNotServing(deadline)
    if (why !== undefined || !hooks.has('health')) return why
    const said = await hooks.ask('health', subject)
    return said.well ? undefined : `the hook health of ${name} ${endText(said)}`
  }
  const lives = livesOf(options, () => ways.answers(lookMicrosMax), {
    serves: async () => (await whyNotServing(lookMicrosMax)) === undefined,
  })
  return {
    ...{ name, role, endpoint: ways.endpoint, http: ways.http, direct: ways.direct },
    addresses: { overLink: onLoopback(port), direct: () => addressOfUrl(url) },
    control: {
      status: statusOf(options, () => lives.boots),
      setWallOffset: async () => {
        throw new FaultError(`nobody sets the clock of ${name} from here`)
      },
      readWall: ways.readWall,
      command: async (command) => {
        throw new FaultError(`${name} is somebody's system: it takes no command "${command}"`)
      },
    },
    lifecycle: lives.lifecycle,
    loss: lossOf(options, lives.lifecycle),
    serves: async (deadline) => (await whyNotServing(deadline)) === undefined,
    whyNotServing,
    dispose: ways.dispose,
  }
}

/** How a Region is reached and looked at. */
interface Ways extends Pick<RunningRegion, 'http' | 'direct'> {
  /** Where clients reach it. */
  readonly endpoint: string
  /** Whether anything answers past the link. */
  answers(deadline: Micros): Promise<boolean>
  whyNotServing(deadline: Micros): Promise<string | undefined>
  readWall(): Promise<number>
  dispose(): Promise<void>
}

function waysOfHttp({ subject, region, folder, port, clock }: RemoteRegionOptions): Ways {
  const { name, url } = subject
  const tls = remoteTls(region, folder)
  const secure = tls === undefined ? {} : { secure: tls }
  const endpoint = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
  const overLink = undiciHttpClient(endpoint, secure)
  const direct = undiciHttpClient(new URL(url).origin, secure)
  const look = async (deadline: Micros): Promise<HttpResponse> =>
    direct.send(healthRequest(region), clock.timeout(deadline))
  return {
    ...{ endpoint, http: named(overLink, new URL(url).host), direct },
    answers: async (deadline) => isResponse(await look(deadline).catch(() => 0)),
    whyNotServing: async (deadline) => {
      const answer = await look(deadline).catch((error: unknown) => error)
      if (!isResponse(answer)) return reasonOf(answer)
      const statusMax = region.health === undefined ? 499 : 399
      if (answer.status <= statusMax) return undefined
      return `it answers its health check with ${answer.status}`
    },
    readWall: async () => dateOf(name, await look(lookMicrosMax)),
    dispose: async () => {
      await overLink[Symbol.asyncDispose]()
      await direct[Symbol.asyncDispose]()
    },
  }
}

/** Of a Region that speaks no HTTP only its canary is known; the rest is for a driver to say. */
function waysOfSockets({ subject, region, port, clock }: RemoteRegionOptions): Ways {
  const { name, url } = subject
  const noHttp: HttpClient = {
    send: async () => {
      throw new HttpError(`${name} speaks no HTTP`, { failure: 'refused', sent: 'no' })
    },
  }
  const { send = '', expect = '' } = region.canary ?? {}
  const look = async (deadline: Micros): Promise<string> =>
    (await sendCanary({ end: addressOfUrl(url), send, expect, deadline, clock })).outcome
  return {
    ...{ endpoint: `tcp://127.0.0.1:${port}`, http: noHttp, direct: noHttp },
    answers: async (deadline) => (await look(deadline)) === 'passed',
    whyNotServing: async (deadline) => {
      const outcome = await look(deadline)
      return outcome === 'passed' ? undefined : `its canary was ${outcome}`
    },
    readWall: async () => {
      throw new FaultError(`${name} speaks no HTTP: nothing tells its time`)
    },
    dispose: async () => {},
  }
}

function healthRequest({ health = '/' }: RemoteRegion) {
  return { method: 'GET', path: health, headers: {}, body: new Uint8Array(0) }
}

/** Whoever answers at the far end of a link wants to read its own name. */
function named(client: HttpClient, host: string): HttpClient {
  return {
    send: (request, signal) =>
      client.send({ ...request, headers: { host, ...request.headers } }, signal),
  }
}

/** A life that hooks begin and end, and a look past every link shows. */
function livesOf(
  { subject, hooks, clock, changeMillisMax }: RemoteRegionOptions,
  answers: () => Promise<boolean>,
  { serves }: { readonly serves: () => Promise<boolean> },
) {
  const { name } = subject
  let ended: ActiveDisturbance | undefined
  const lives = { boots: 1 }
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    const deadline = clock.monotonic() + millis(changeMillisMax)
    while (!(await holds())) {
      if (clock.monotonic() > deadline) {
        throw new FaultError(`${what}, but ${changeMillisMax} ms later that does not show`)
      }
      await clock.sleep(lookPause)
    }
  }
  const impossible = (what: string) => async () => {
    throw new FaultError(`${name} is somebody's system: it cannot be ${what} from here`)
  }
  const lifecycle: RegionLifecycle = {
    observe: async () => ((await answers()) ? 'running' : 'stopped'),
    crash: async () => {
      const hook = hooks.has('kill') ? 'kill' : 'stop'
      ended = await hooks.begin(hook, subject)
      await until(`the hook ${hook} says that ${name} was ended`, async () => !(await answers()))
    },
    start: async () => {
      await ended?.lift()
      ended = undefined
      lives.boots += 1
      await until(`${name} was started again`, serves)
    },
    pause: impossible('paused'),
    resume: impossible('resumed'),
  }
  return Object.assign(lives, { lifecycle })
}

/** The hook reaches below the links, where there is one; links are cut by whoever loses it. */
function lossOf(
  { subject, hooks, clock, changeMillisMax }: RemoteRegionOptions,
  { observe }: RegionLifecycle,
): RegionLoss {
  if (subject.role !== 'primary' || !hooks.has('isolatePrimary')) {
    return { begin: async () => ({ lift: async () => {} }) }
  }
  return {
    begin: () => hooks.begin('isolatePrimary', subject),
    isLost: async () => {
      const deadline = clock.monotonic() + millis(changeMillisMax)
      while ((await observe()) !== 'stopped') {
        if (clock.monotonic() > deadline) return false
        await clock.sleep(lookPause)
      }
      return true
    },
  }
}

/** How far it is behind, from the hook `lag`; without one nothing is known. */
function statusOf(
  { subject, hooks, clock }: RemoteRegionOptions,
  boots: () => number,
): () => Promise<RegionStatus> {
  let known: { readonly position: number; readonly at: Micros } | undefined
  return async () => {
    if (subject.role === 'primary' || !hooks.has('lag')) return { boot: boots(), position: 0 }
    const isFresh = known !== undefined && clock.monotonic() - known.at < lagMicrosMax
    if (known === undefined || !isFresh) {
      known = { position: -(await lagOf(hooks, subject)), at: clock.monotonic() }
    }
    return { boot: boots(), position: known.position }
  }
}

async function lagOf(hooks: RemoteHooks, subject: HookSubject): Promise<number> {
  const end = await hooks.ask('lag', subject)
  const text = end.printed.trim()
  if (end.well && /^\d+(?:\.\d+)?$/.test(text)) return Number(text)
  const said = end.well ? 'printed no number of 0 or above' : endText(end)
  throw new FaultError(`the hook lag of ${subject.name} ${said}`)
}

function isResponse(value: unknown): value is HttpResponse {
  return typeof value === 'object' && value !== null && 'status' in value
}

function reasonOf(error: unknown): string {
  if (!(error instanceof HttpError)) return error instanceof Error ? error.message : String(error)
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return `${error.failure}${cause}`
}

/** Where a URL leads, with the usual port where it names none. */
export function addressOfUrl(url: string): Endpoint {
  const { protocol, port } = new URL(url)
  const usual = protocol === 'https:' ? 443 : 80
  return { host: hostOf(url), port: port === '' ? usual : Number(port) }
}

/** Whole seconds (RFC 9110 section 6.6.1), as an instant in microseconds. */
function dateOf(name: string, { headers }: HttpResponse): number {
  const time = Date.parse(headers.date ?? '')
  if (Number.isNaN(time)) throw new WorldError(`Region ${name} answered without a Date header`)
  return time * 1_000
}
