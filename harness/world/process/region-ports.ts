import type { RegionName } from '../../history/operation.ts'
import { WorldError } from '../../kernel/errors.ts'
import type { ReadyMessage } from './child-channel.ts'
import { onLoopback } from './endpoint.ts'
import { portKeeper } from './port-keeper.ts'
import type { MovableLink } from './proxied-link.ts'

/** Leads the links of one Region to where its current life listens. */
export interface RegionPorts {
  lead(ready: ReadyMessage): Promise<void>
  /** The life is over: its ports are kept from others until the next one listens elsewhere. */
  keep(): Promise<void>
  release(): Promise<void>
}

/** @param links - The links that end at this Region. */
export function regionPorts(region: RegionName, links: readonly MovableLink[]): RegionPorts {
  const keeper = portKeeper()
  let current: readonly number[] = []
  return {
    lead: async (ready) => {
      current = [ready.apiPort, ...Object.values(ready.services)]
      for (const link of links)
        await link.leadTo(onLoopback(portOf(region, ready, link.plan.service)))
      await keeper.release()
    },
    keep: async () => {
      const ports = current
      current = []
      await keeper.keep(ports)
    },
    release: keeper.release,
  }
}

/** The port of a service of a Region. @throws WorldError if it does not listen for it. */
export function portOf(region: RegionName, ready: ReadyMessage, service: string): number {
  const port = service === 'api' ? ready.apiPort : ready.services[service]
  if (port !== undefined) return port
  throw new WorldError(`Region ${region} does not listen for the service ${service}`, {
    hint: 'the ready message of its module must name the port of every service that links lead to',
  })
}
