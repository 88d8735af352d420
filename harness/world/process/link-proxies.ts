import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Clock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import { builtModule } from '../../kernel/paths.ts'
import { millis } from '../../kernel/time.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { connectLinkClient } from '../../link/link-client.ts'
import type { Casualty, LinkPlan } from '../../target/contract.ts'
import { type ChildLife, startChild } from './child-life.ts'
import { type LinkPlace, type MovableLink, openLink } from './proxied-link.ts'
import { within } from './within.ts'

/** How long the link proxy may take to say where its API is. */
const proxyReadyMillisMax = 30_000

/** How long it may take to end after its standard input ended. */
const proxyEndMillisMax = 1_000

/** The fault proxy of one stack: a child process with a listener per link. */
export interface LinkProxies {
  readonly links: readonly MovableLink[]
  dispose(): Promise<void>
}

/** How to start it. */
export interface LinkProxiesOptions {
  readonly plans: readonly LinkPlan[]
  readonly seed: number
  readonly ledger: Ledger
  readonly clock: Clock
  /** Where a link listens and is reached; a free port of 127.0.0.1 by default. */
  readonly placeOf?: (plan: LinkPlan) => LinkPlace
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
    life.input.end()
    await within(clock, millis(proxyEndMillisMax), life.exited)
    await life.kill()
  }
  try {
    const client = await connectLinkClient(`http://127.0.0.1:${await apiPort(life, clock)}`)
    const links: MovableLink[] = []
    for (const [index, plan] of plans.entries()) {
      links.push(await openLink(client, plan, index, clock, options.placeOf?.(plan)))
    }
    return { links, dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Reads the one line that the proxy writes. */
async function apiPort(life: ChildLife, clock: Clock): Promise<number> {
  const lines = createInterface({ input: life.output })
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
