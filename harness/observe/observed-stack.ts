import { dirname } from 'node:path'
import { undiciHttpClient } from '../http/undici-client.ts'
import { systemClock, systemWallClock } from '../kernel/clock.ts'
import { FaultError } from '../kernel/errors.ts'
import type { Plan } from '../plan/plan.ts'
import type { RunningNode, RunningRegion, RunningStack } from '../target/contract.ts'
import { topologyOf } from '../target/remote-topology.ts'
import { remoteTls } from '../world/remote/remote-tls.ts'

/** The name of what leads to whichever Region serves; `route` means where clients are sent. */
const endpointName = 'endpoint'

/** Somebody's system as canaries see it: reached where it is, through nothing of ours. */
export type ObservedStack = RunningStack & { readonly route: RunningNode | undefined }

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
  const clientOf = (url: string, options: Parameters<typeof undiciHttpClient>[1]) => {
    const client = undiciHttpClient(new URL(url).origin, options)
    closing.push(() => client[Symbol.asyncDispose]() as Promise<void>)
    return client
  }
  const regions = Object.entries(content.regions).map(([name, region]): RunningRegion => {
    const secure = remoteTls(region, dirname(file))
    const http = clientOf(region.url, secure === undefined ? {} : { secure })
    return { name, role: region.role, endpoint: region.url, http, direct: http, ...untouched(name) }
  })
  const route = routeUrl === undefined ? undefined : nodeAt(routeUrl, clientOf)
  const clock = systemClock()
  return {
    regions,
    nodes: route === undefined ? [] : [route],
    route,
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

function nodeAt(
  url: string,
  clientOf: (url: string, options: { anew: true }) => RunningNode['http'],
): RunningNode {
  const http = clientOf(url, { anew: true })
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
