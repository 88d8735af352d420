import type { Clock } from '../../../kernel/clock.ts'
import { WorldError } from '../../../kernel/errors.ts'
import { type Endpoint, onLoopback } from '../../process/endpoint.ts'
import type { EngineRuntime } from '../engine-runtime.ts'
import { answers, apiPort } from '../link-proxy-container.ts'
import {
  type ComposeProject,
  type ProjectContainer,
  proxyService,
  readContainer,
} from './compose-project.ts'

/** How this machine reaches the containers of a project. */
export interface Approach {
  /** Where a port of a service is reached now: a container that starts may get another address. */
  endOf(service: string, port: number): Promise<Endpoint>
}

/**
 * By their own addresses where this machine reaches them, since a refusal then arrives as a
 * refusal; elsewhere through the ports on 127.0.0.1 that the project publishes.
 */
export async function approachTo(
  engine: EngineRuntime,
  project: ComposeProject,
  clock: Clock,
): Promise<Approach> {
  const own = addressed(project.container(proxyService), apiPort)
  const choose = own !== undefined && (await answers(own, clock)) ? addressed : published
  return {
    endOf: async (service, port) => {
      const { id } = project.container(service)
      const end = choose(await readContainer(engine, id, service), port)
      if (end !== undefined) return end
      throw new WorldError(`port ${port} of ${service} in ${project.name} is not published`, {
        hint: 'take the docker-compose.yml of this version, which publishes it on 127.0.0.1',
      })
    },
  }
}

function addressed({ addresses }: ProjectContainer, port: number): Endpoint | undefined {
  const [host] = addresses
  return host === undefined ? undefined : { host, port }
}

function published({ published: ports }: ProjectContainer, port: number): Endpoint | undefined {
  const host = ports.get(port)
  return host === undefined ? undefined : onLoopback(host)
}
