import type { SecureOptions } from '../../http/undici-client.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { LinkClient, ProxiedLink } from '../../link/link-client.ts'
import type { LinkName, LinkPlan, RunningLink } from '../../target/contract.ts'
import { bulkCanary, type SendCanary } from '../padded-canary.ts'
import { closing, sendCanary } from './canary.ts'
import { type Endpoint, onLoopback } from './endpoint.ts'
import type { TlsFront } from './tls-front.ts'

/**
 * Where a link leads before its Region listens for the first time: tcpmux (RFC 1078) is historic
 * and its port reserved, so that nobody listens there.
 */
const nowhere = 1

/** A link whose far end can be moved. */
export interface MovableLink {
  readonly plan: LinkPlan
  /** Where clients connect to: the same for the life of the stack. */
  readonly far: Endpoint
  /** Where Regions and nodes of the stack connect to: the same for the life of the stack. */
  readonly near: Endpoint
  readonly running: RunningLink
  /** TLS in front of it, where clients speak TLS. */
  readonly front?: TlsFront
  /** Leads new connections elsewhere; those that are open are closed. */
  leadTo(end: Endpoint): Promise<void>
}

/** Where the proxy listens for one link, and how that is reached. */
export interface LinkPlace {
  /** As the proxy sees it; a free port of 127.0.0.1 where absent. */
  readonly listen?: Endpoint
  /** As clients reach it; where the proxy listens where absent. */
  readonly far?: Endpoint
  /** As Regions and nodes reach it; where clients do where absent. */
  readonly near?: Endpoint
  /** Where its far end speaks TLS: how it has to show who it is. */
  readonly tls?: SecureOptions
}

/** Opens a listener of the proxy for a link. It leads nowhere until it is led to its Region. */
export async function openLink(
  client: LinkClient,
  plan: LinkPlan,
  index: number,
  clock: Clock,
  place: LinkPlace = {},
): Promise<MovableLink> {
  const { listen } = place
  const link = await client.createLink({
    name: proxyName(plan.name, index),
    ...(listen === undefined ? {} : { listenHost: listen.host, listenPort: listen.port }),
    upstream: { port: nowhere },
  })
  const far = place.far ?? onLoopback(link.listenPort)
  return {
    plan,
    far,
    near: place.near ?? far,
    running: {
      ...runningLink(plan, link, far, clock, place.tls),
      ...(client.software === 'toxiproxy'
        ? {}
        : { accepted: async () => (await link.statistics()).connections.accepted }),
    },
    leadTo: (end) => link.setUpstream(end),
  }
}

/** Names stand in the paths of the proxy's API: no arrows there. */
function proxyName(name: LinkName, index: number): string {
  return `${index}-${name.replaceAll(/[^A-Za-z0-9.]+/g, '-')}`
}

/**
 * @param end - Where its canaries connect to.
 * @param tls - Where the far end speaks TLS.
 */
export function runningLink(
  plan: LinkPlan,
  link: ProxiedLink,
  end: Endpoint,
  clock: Clock,
  tls?: SecureOptions,
): RunningLink {
  const { name, from, to, service, pushes, canary } = plan
  const secured = tls === undefined ? {} : { tls }
  const send: SendCanary = ({ send: text, expect }, deadline) =>
    sendCanary({ end, send: text, expect, deadline, clock, ...secured })
  return {
    name,
    from,
    to,
    service,
    ...(pushes === undefined ? {} : { pushes }),
    disturb: (disturbance) => link.disturb(disturbance),
    canary: (deadline) => send(canary, deadline),
    ...(canary.padded === undefined ? {} : { bulk: bulkCanary(canary.padded, send) }),
    closing: (deadline) => closing({ end, ...canary, deadline, clock, ...secured }),
  }
}
