import type { Clock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import { millis } from '../../kernel/time.ts'
import { connectLinkClient, type LinkClient } from '../../link/link-client.ts'
import type { Casualty, LinkPlan } from '../../target/contract.ts'
import { freePorts } from '../free-ports.ts'
import { sendCanary } from '../process/canary.ts'
import { type Endpoint, onLoopback } from '../process/endpoint.ts'
import { type MovableLink, openLink } from '../process/proxied-link.ts'
import { type ProxyName, proxyImage } from './choose-proxy.ts'
import { containerLife } from './container-life.ts'
import type { EngineRuntime } from './engine-runtime.ts'
import { placeContainer } from './placed-container.ts'
import type { RunNetwork, RunObjects } from './run-objects.ts'

/** Port of the proxy's API: Toxiproxy's own. */
export const apiPort = 8_474

/** Port of the first link; the next one has the next. */
const firstLinkPort = 20_000

const readyMillisMax = 30_000
const probeMillisMax = 500
const pauseMillis = 25

/** Everybody's place in the two networks of a stack. */
export interface StackNetworks {
  /** Reached from this machine; carries the control channels and the published ports. */
  readonly control: RunNetwork
  /** Between the containers alone: what the links run over. */
  readonly links: RunNetwork
}

/** How this machine reaches a port of a container. */
export type Reach = (ordinal: number, port: number, published: number) => Endpoint

/** The fault proxy of one stack, in a container. */
export interface LinkProxyContainer {
  readonly links: readonly MovableLink[]
  readonly reach: Reach
  dispose(): Promise<void>
}

/** How to start it. */
export interface LinkProxyOptions {
  readonly engine: EngineRuntime
  readonly objects: RunObjects
  readonly networks: StackNetworks
  readonly plans: readonly LinkPlan[]
  readonly proxy: ProxyName
  readonly seed: number
  readonly clock: Clock
  readonly onCasualty: (casualty: Casualty) => void
}

/**
 * Starts the proxy in a container and opens a listener for each link. Where this machine reaches
 * the addresses of containers, links are spoken to there: a refusal or a reset then arrives as one,
 * while a published port accepts first and closes afterwards.
 */
export async function startLinkProxyContainer(
  options: LinkProxyOptions,
): Promise<LinkProxyContainer> {
  const { engine, objects, networks, plans, proxy, seed, clock, onCasualty } = options
  const owner = 'link proxy'
  const ports = [apiPort, ...plans.map((_plan, index) => firstLinkPort + index)]
  const published = new Map(zip(ports, await freePorts(ports.length)))
  const placed = await placeContainer(engine, objects, {
    ...{ owner, word: 'link-proxy', image: proxyImage(proxy) },
    // Both take these.
    command: ['--host=0.0.0.0', '--seed', String(seed)],
    attachment: {
      networks: [networks.control, networks.links].map((network) => ({
        network,
        address: network.address(0),
      })),
      published,
    },
  })
  const { container } = placed
  const life = await containerLife({ container, clock, owner, onCasualty })
  const dispose = async (): Promise<void> => {
    life.dismiss()
    await placed.remove()
  }
  try {
    const reach = await findReach(networks.control, published.get(apiPort) ?? 0, clock)
    const { host, port } = reach(0, apiPort, published.get(apiPort) ?? 0)
    const client = await connectTo(proxy, `http://${host}:${port}`)
    const links: MovableLink[] = []
    for (const [index, plan] of plans.entries()) {
      const linkPort = firstLinkPort + index
      const place = {
        listen: { host: '0.0.0.0', port: linkPort },
        far: reach(0, linkPort, published.get(linkPort) ?? 0),
        near: { host: networks.links.address(0), port: linkPort },
      }
      links.push(await openLink(client, plan, index, clock, place))
    }
    return { links, reach, dispose }
  } catch (error) {
    const words = await life.lastWords()
    await dispose()
    throw new WorldError(`the link proxy could not be set up${words === '' ? '' : `: ${words}`}`, {
      cause: error,
    })
  }
}

/** A Toxiproxy is asked for what every Toxiproxy has, whatever answers in its place. */
export async function connectTo(proxy: ProxyName, url: string): Promise<LinkClient> {
  const client = await connectLinkClient(url, { plain: proxy === 'toxiproxy' })
  if (proxy === 'toxiproxy' || client.software === 'link-proxy') return client
  throw new WorldError(`what answers at ${url} is a Toxiproxy; the link proxy was expected`, {
    hint: 'take --proxy toxiproxy',
  })
}

/** Waits for the API and finds out by which way it answers. */
async function findReach(control: RunNetwork, published: number, clock: Clock): Promise<Reach> {
  const bridged = (ordinal: number, port: number): Endpoint => ({
    host: control.address(ordinal),
    port,
  })
  const mapped: Reach = (_ordinal, _port, own) => onLoopback(own)
  const deadline = clock.monotonic() + millis(readyMillisMax)
  while (clock.monotonic() < deadline) {
    if (await answers(bridged(0, apiPort), clock)) return bridged
    // It may have begun to serve between the two questions: only a second no is one.
    if (await answers(mapped(0, apiPort, published), clock)) {
      return (await answers(bridged(0, apiPort), clock)) ? bridged : mapped
    }
    await clock.sleep(millis(pauseMillis))
  }
  throw new WorldError(`the link proxy did not answer within ${readyMillisMax} ms`)
}

/** Whether a link proxy's API is reached there. */
export async function answers(end: Endpoint, clock: Clock): Promise<boolean> {
  const { passed } = await sendCanary({
    ...{ end, clock, deadline: millis(probeMillisMax) },
    send: 'GET /version HTTP/1.1\r\nhost: link-proxy\r\nconnection: close\r\n\r\n',
    expect: 'HTTP/1.1 200',
  })
  return passed
}

function zip(keys: readonly number[], values: readonly number[]): [number, number][] {
  return keys.map((key, index) => [key, values[index] ?? 0])
}
