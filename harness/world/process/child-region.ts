import { type HttpClient, HttpError } from '../../http/http.ts'
import { undiciHttpClient } from '../../http/undici-client.ts'
import { WorldError } from '../../kernel/errors.ts'
import { type Micros, millis } from '../../kernel/time.ts'
import type { RegionControl, RunningRegion } from '../../target/contract.ts'
import { controlMillisMax, type ReadyMessage } from './child-channel.ts'
import { parseStatus, readDateHeader } from './region-control.ts'
import { regionLifecycle } from './region-lifecycle.ts'
import {
  type RegionProcess,
  type RegionProcessOptions,
  startRegionProcess,
} from './region-process.ts'
import type { Traveller } from './wall-travel.ts'

/** What a Region of this world needs. */
export interface ChildRegionOptions extends Omit<RegionProcessOptions, 'onExit'> {
  /** Port of the link proxy for clients of this Region. */
  readonly clientsPort: number
  readonly travelled: () => Micros
  /** The Region listens there now: links are led there. */
  readonly onReady: (ports: ReadyMessage) => Promise<void>
  /** The Region's process is gone: its ports may soon belong to somebody else. */
  readonly onGone: () => Promise<void>
  /** No life will follow. */
  readonly onDisposed: () => Promise<void>
}

/** A Region whose software is a child process, over all its lives. */
export interface ChildRegion extends RunningRegion, Traveller {
  /** The first start; resolves when it is ready. */
  begin(): Promise<void>
  dispose(): Promise<void>
}

type Client = HttpClient & AsyncDisposable

/** A Region that is not started yet. */
export function childRegion(options: ChildRegionOptions): ChildRegion {
  const { plan, clock } = options
  const { name } = plan
  const http = undiciHttpClient(`http://127.0.0.1:${options.clientsPort}`)
  let current: RegionProcess | undefined
  let direct: Client | undefined
  let skew: Micros = 0
  let boot = 0
  let disposed = false
  let starting: Promise<void> = Promise.resolve()
  let leaving: Promise<void> = Promise.resolve()

  const startLife = async (): Promise<void> => {
    if (disposed) throw new WorldError(`Region ${name} belongs to a stack that was stopped`)
    await leaving
    boot += 1
    const onExit = (): void => {
      leaving = options.onGone().catch(() => {})
    }
    const offset = options.travelled() + skew
    const started = await startRegionProcess({ ...options, onExit }, boot, offset)
    current = started
    if (disposed) await started.life.kill()
    const ports = await started.ready()
    await direct?.[Symbol.asyncDispose]()
    direct = undiciHttpClient(`http://127.0.0.1:${ports.apiPort}`)
    await options.onReady(ports)
  }
  const start = (): Promise<void> => {
    starting = startLife()
    return starting
  }
  const channel = (): RegionProcess['channel'] => {
    if (current === undefined) throw new WorldError(`Region ${name} was never started`)
    return current.channel
  }
  const applyOffset = async (): Promise<void> => {
    // Stopped: its next start carries the offset. Paused: it gets the offset when it resumes.
    if ((await current?.life.observe()) !== 'running') return
    await channel().request({
      type: 'set-wall-offset',
      offsetMicros: options.travelled() + skew,
    })
  }
  const directClient: HttpClient = {
    send: (request, signal) => {
      if (direct === undefined || current?.life.gone !== false) return refuse(name)
      return direct.send(request, signal)
    },
  }
  const control: RegionControl = {
    status: async () => parseStatus(name, await channel().request({ type: 'status' })),
    setWallOffset: (offset) => {
      skew = offset
      return applyOffset()
    },
    readWall: () => readDateHeader(name, directClient, clock.timeout(millis(controlMillisMax))),
    command: (command, parameters) =>
      channel().request({ type: 'command', name: command, parameters }),
  }
  return {
    name,
    role: plan.role,
    http,
    direct: directClient,
    control,
    lifecycle: regionLifecycle({
      name,
      clock,
      life: () => current?.life,
      start,
      afterCrash: () => leaving,
      afterResume: applyOffset,
    }),
    begin: start,
    travelTo: applyOffset,
    dispose: async () => {
      disposed = true
      // A start under way ends at once when its process is gone.
      await current?.stop()
      await starting.catch(() => {})
      await current?.stop()
      await leaving
      await options.onDisposed()
      await http[Symbol.asyncDispose]()
      await direct?.[Symbol.asyncDispose]()
    },
  }
}

/** A Region without a process listens nowhere; its old port may belong to somebody else by now. */
async function refuse(region: string): Promise<never> {
  throw new HttpError(`Region ${region} does not run`, { sent: 'no', failure: 'refused' })
}
