import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Clock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import { builtModule } from '../../kernel/paths.ts'
import { millis } from '../../kernel/time.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { connectLinkClient, type LinkClient, type ProxiedLink } from '../../link/link-client.ts'
import type { Casualty, LinkName, LinkPlan, RunningLink } from '../../target/contract.ts'
import { bulkCanary, type SendCanary } from '../padded-canary.ts'
import { closing, sendCanary } from './canary.ts'
import { type ChildLife, startChild } from './child-life.ts'
import type { TlsFront } from './tls-front.ts'
import { within } from './within.ts'

/** How long the link proxy may take to say where its API is. */
const proxyReadyMillisMax = 30_000

/** How long it may take to end after its standard input ended. */
const proxyEndMillisMax = 1_000

/**
 * Where a link leads before its Region listens for the first time: tcpmux (RFC 1078) is historic
 * and its port reserved, so that nobody listens there.
 */
const nowhere = 1

/** A link whose far end can be moved. */
export interface ProcessLink {
  readonly plan: LinkPlan
  /** Where the end that opens connections must connect to: the same for the life of the stack. */
  readonly port: number
  readonly running: RunningLink
  /** TLS in front of it, where clients speak TLS. */
  readonly front?: TlsFront
  /** Leads new connections to a port of 127.0.0.1. */
  leadTo(port: number): Promise<void>
}

/** The fault proxy of one stack: a child process with a listener per link. */
export interface LinkProxies {
  readonly links: readonly ProcessLink[]
  dispose(): Promise<void>
}

/** How to start it. */
export interface LinkProxiesOptions {
  readonly plans: readonly LinkPlan[]
  readonly seed: number
  readonly ledger: Ledger
  readonly clock: Clock
  /** Called if the proxy ended by itself. */
  readonly onCasualty: (casualty: Casualty) => void
}

/** Starts the proxy and opens a listener on a free port for each link. */
export async function startLinkProxies(options: LinkProxiesOptions): Promise<LinkProxies> {
  const { plans, seed, ledger, clock, onCasualty } = options
  const module = builtModule('harness/link/main.ts')
  const parameters = ['--stdio', '--seed', String(seed)]
  const life = await startChild({
    ...{ ledger, clock, module, parameters, onCasualty },
    owner: 'link proxy',
  })
  const dispose = async (): Promise<void> => {
    life.dismiss()
    life.stdin.end()
    await within(clock, millis(proxyEndMillisMax), life.exited)
    await life.kill()
  }
  try {
    const client = await connectLinkClient(`http://127.0.0.1:${await apiPort(life, clock)}`)
    const links: ProcessLink[] = []
    for (const [index, plan] of plans.entries()) {
      links.push(await openLink(client, plan, index, clock))
    }
    return { links, dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

async function openLink(
  client: LinkClient,
  plan: LinkPlan,
  index: number,
  clock: Clock,
): Promise<ProcessLink> {
  const link = await client.createLink({
    name: proxyName(plan.name, index),
    upstream: { port: nowhere },
  })
  return {
    plan,
    port: link.listenPort,
    running: runningLink(plan, link, clock),
    leadTo: (port) => link.setUpstream({ port }),
  }
}

/** Names stand in the paths of the proxy's API: no arrows there. */
function proxyName(name: LinkName, index: number): string {
  return `${index}-${name.replaceAll(/[^A-Za-z0-9.]+/g, '-')}`
}

function runningLink(plan: LinkPlan, link: ProxiedLink, clock: Clock): RunningLink {
  const { name, from, to, service, canary } = plan
  const { listenPort: port } = link
  const send: SendCanary = ({ send: text, expect }, deadline) =>
    sendCanary({ port, send: text, expect, deadline, clock })
  return {
    name,
    from,
    to,
    service,
    disturb: (disturbance) => link.disturb(disturbance),
    canary: (deadline) => send(canary, deadline),
    ...(canary.padded === undefined ? {} : { bulk: bulkCanary(canary.padded, send) }),
    closing: (deadline) => closing({ port, ...canary, deadline, clock }),
  }
}

/** Reads the one line that the proxy writes. */
async function apiPort(life: ChildLife, clock: Clock): Promise<number> {
  const lines = createInterface({ input: life.stdout })
  const first = once(lines, 'line').then(([line]) => String(line))
  const ended = life.exited.then((how) => `{"ended":"${how}"}`)
  const said = await within(clock, millis(proxyReadyMillisMax), Promise.race([first, ended]))
  const message = parseReady(said?.value)
  if (message !== undefined) return message
  if (!life.gone) await life.kill()
  throw new WorldError(
    `the link proxy did not say where its API is: ${said?.value ?? 'no word'}\n` +
      (await life.lastWords()),
    { hint: 'build the package first (npm run build): the proxy starts from dist/' },
  )
}

function parseReady(line: string | undefined): number | undefined {
  try {
    const message = JSON.parse(line ?? '') as { readonly apiPort?: unknown } | null
    return typeof message?.apiPort === 'number' ? message.apiPort : undefined
  } catch {
    return undefined
  }
}
