import type { Clock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import {
  type BorrowedLink,
  borrowedLinkDetail,
  restoreBorrowedLink,
  whyNotWhole,
} from '../../ledger/borrowed-link.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { connectLinkClient } from '../../link/link-client.ts'
import { addressOf, hostOf, type RemoteLink } from '../../plan/remote-topology.ts'
import type { LinkPlan, RunningLink } from '../../target/contract.ts'
import { onLoopback } from '../process/endpoint.ts'
import type { LinkPlace } from '../process/proxied-link.ts'
import { runningLink } from '../process/proxied-link.ts'
import type { Teardown } from '../process/teardown.ts'

/** Where our proxy listens for a link that a topology declares. */
export function placeOfLink({ listen = '' }: RemoteLink): LinkPlace {
  const end = addressOf(listen)
  if (end === undefined) return {}
  // Who listens everywhere is reached here.
  const anywhere = end.host === '0.0.0.0' || end.host === '::'
  return { listen: end, far: anywhere ? onLoopback(end.port) : end }
}

/**
 * A link that a Toxiproxy of somebody carries. Only its own proxy is touched; the ledger knows it
 * before anything is.
 *
 * @throws WorldError if it does not answer, or is not whole already.
 */
export async function borrowLink(options: {
  readonly plan: LinkPlan
  readonly link: RemoteLink
  readonly ledger: Ledger
  readonly clock: Clock
  readonly undoing: Teardown
}): Promise<RunningLink> {
  const { plan, link, ledger, clock, undoing } = options
  const borrowed: BorrowedLink = { api: link.toxiproxy ?? '', proxy: link.proxy ?? '' }
  const what = `the proxy ${borrowed.proxy} of ${borrowed.api}`
  const why = await whyNotWhole(borrowed)
  if (why !== undefined) {
    throw new WorldError(`the link ${plan.name} is no ground for a run: ${what} ${why}`, {
      hint: 'another run may use it; `interregnum doctor` tells of runs that died',
    })
  }
  const entry = await ledger.intend('link', what, borrowedLinkDetail(borrowed))
  undoing.defer(what, async () => {
    await restoreBorrowedLink(borrowed)
    await ledger.release(entry)
  })
  const client = await connectLinkClient(borrowed.api)
  const proxied = await client.openLink(borrowed.proxy)
  const far = { host: hostOf(borrowed.api), port: proxied.listenPort }
  return runningLink(plan, proxied, far, clock)
}
