import { dirname } from 'node:path'
import { rootCertificates } from 'node:tls'
import { undiciHttpClient } from '../http/undici-client.ts'
import { systemClock, systemWallClock } from '../kernel/clock.ts'
import { FaultError } from '../kernel/errors.ts'
import type { Plan } from '../plan/plan.ts'
import type { RemoteRegion } from '../plan/remote-topology.ts'
import type { RunningNode, RunningRegion, RunningStack } from '../target/contract.ts'
import { topologyOf } from '../target/remote-topology.ts'
import { remoteTls } from '../world/remote/remote-tls.ts'

/** The name of what leads to whichever Region serves; `route` means where clients are sent. */
const endpointName = 'endpoint'

/** Somebody's system as canaries see it: reached where it is, through nothing of ours. */
export interface ObservedStack extends RunningStack {
  readonly route: RunningNode | undefined
  /** How many requests were sent to it so far, whatever for. */
  readonly requests: () => number
}

/**
 * The Regions of a topology, and the endpoint in front of them. Nothing lies between, nothing can
 * be disturbed. Requests to the endpoint go over a connection each, so that a name that leads
 * elsewhere is followed.
 *
 * @param routeUrl - Scheme, host and port of the endpoint; undefined: there is none.
 */
export function observedStack(
  plan: Pick<Plan, 'topology'>,
  routeUrl: string | undefined,
): ObservedStack {
  const { content, file } = topologyOf(plan)
  const closing: (() => Promise<void>)[] = []
  let sent = 0
  const clientOf: ClientFactory = (url, options) => {
    const client = undiciHttpClient(new URL(url).origin, options)
    closing.push(() => client[Symbol.asyncDispose]() as Promise<void>)
    return {
      send: (request, signal) => {
        sent += 1
        return client.send(request, signal)
      },
    }
  }
  const regions = Object.entries(content.regions).map(([name, region]): RunningRegion => {
    const secure = remoteTls(region, dirname(file))
    const http = clientOf(region.url, secure === undefined ? {} : { secure })
    return { name, role: region.role, endpoint: region.url, http, direct: http, ...untouched(name) }
  })
  const ca = authoritiesOf(Object.values(content.regions), dirname(file))
  const route =
    routeUrl === undefined
      ? undefined
      : nodeAt(routeUrl, clientOf(routeUrl, { anew: true, ...(ca && { secure: { ca } }) }))
  const clock = systemClock()
  return {
    regions,
    nodes: route === undefined ? [] : [route],
    route,
    requests: () => sent,
    links: [],
    clock,
    wall: systemWallClock(),
    timeTravel: { advance: refuse('time') },
    positions: 'unknown',
    [Symbol.asyncDispose]: async () => {
      for (const close of closing) await close()
    },
  }
}

type ClientFactory = (
  url: string,
  options: Parameters<typeof undiciHttpClient>[1],
) => RunningNode['http']

/** Whom the endpoint before the Regions may be certified by: as each of them, or as anybody. */
function authoritiesOf(regions: readonly RemoteRegion[], folder: string): string[] | undefined {
  const own = regions.flatMap((region) => remoteTls(region, folder)?.ca ?? []).map(String)
  return own.length === 0 ? undefined : [...rootCertificates, ...own]
}

function nodeAt(url: string, http: RunningNode['http']): RunningNode {
  return {
    name: endpointName,
    kind: 'router',
    endpoint: url,
    http,
    direct: http,
    ...untouched(endpointName),
  }
}

/** Nothing of it is ours to touch. */
function untouched(name: string): Pick<RunningRegion, 'lifecycle' | 'control'> {
  const refused = refuse(name)
  return {
    lifecycle: {
      observe: refused,
      crash: refused,
      start: refused,
      pause: refused,
      resume: refused,
    },
    control: {
      status: refused,
      setWallOffset: refused,
      readWall: refused,
      command: refused,
    },
  }
}

function refuse(name: string): () => Promise<never> {
  return async () => {
    throw new FaultError(`${name} is only looked at: nothing of it is ours to touch`)
  }
}
