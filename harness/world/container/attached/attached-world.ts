import { type Clock, systemClock } from '../../../kernel/clock.ts'
import { WorldError } from '../../../kernel/errors.ts'
import type { Plan } from '../../../plan/plan.ts'
import type { LinkPlan, RegionPlan, Topology, World } from '../../../target/contract.ts'
import { assembleStack, type Ground, type StackFrame } from '../../process/assemble-stack.ts'
import { type ChildRegion, regionOver } from '../../process/child-region.ts'
import { onLoopback } from '../../process/endpoint.ts'
import { type MovableLink, runningLink } from '../../process/proxied-link.ts'
import type { Teardown } from '../../process/teardown.ts'
import { attachedDatabases } from './attached-databases.ts'
import { AttachedLives } from './attached-lives.ts'
import type { AttachedProject } from './attached-project.ts'
import { regionNameOf } from './attached-settings.ts'
import { databaseServices, proxyService, regionService } from './compose-project.ts'
import { readControlToken } from './control-token.ts'

/** What a world over a compose project needs. */
export interface AttachedWorldOptions {
  readonly plan: Pick<Plan, 'limits'>
  readonly attached: AttachedProject
  readonly clock?: Clock
}

/**
 * The world of a compose project that was up before the run. Regions, databases and links are the
 * project's own; disposal leaves them as they were found, and removes nothing.
 */
export function attachedWorld(options: AttachedWorldOptions): World {
  const clock = options.clock ?? systemClock()
  return {
    name: 'container',
    start: (topology) =>
      assembleStack(topology, clock, async (undoing) =>
        attachedGround({ ...options, clock }, topology, undoing),
      ),
  }
}

function attachedGround(
  options: Required<AttachedWorldOptions>,
  topology: Topology,
  undoing: Teardown,
): Ground {
  const { attached, clock } = options
  const disturbed: string[] = []
  undoing.defer('the compose project as it was found', () => attached.restore(disturbed))
  return {
    openLinks: async () =>
      Promise.all(topology.links.map((plan) => openAttached(attached, topology, plan, clock))),
    createRegion: (plan, frame) => createAttached(options, plan, frame, disturbed),
  }
}

/** The link of the project that stands for a link of the topology. */
async function openAttached(
  { client, approach }: AttachedProject,
  { regions }: Topology,
  plan: LinkPlan,
  clock: Clock,
): Promise<MovableLink> {
  const role = regions.find(({ name }) => name === plan.to)?.role
  const name = plan.from === 'clients' && role !== undefined ? `clients-${role}` : plan.service
  const { listenPort } = await described(client, name)
  const link = await client.openLink(name)
  const far = await approach.endOf(proxyService, listenPort)
  return {
    plan,
    far,
    near: { host: proxyService, port: listenPort },
    running: runningLink(plan, link, far, clock),
    // Services keep their names in the network of the project, wherever they are.
    leadTo: async () => {},
  }
}

async function described(
  client: AttachedProject['client'],
  name: string,
): Promise<{ readonly listenPort: number }> {
  const link = (await client.links()).find((one) => one.name === name)
  if (link !== undefined) return link
  throw new WorldError(`the compose project has no link ${name}`)
}

async function createAttached(
  { attached, clock, plan: { limits } }: Required<AttachedWorldOptions>,
  plan: RegionPlan,
  { links, travel, casualties }: StackFrame,
  disturbed: string[],
): Promise<ChildRegion> {
  const { engine, project, approach } = attached
  const container = project.container(regionService(plan.role))
  if (regionNameOf(project, plan.role) !== plan.name) {
    throw new WorldError(`${container.service} of ${project.name} is not the Region ${plan.name}`)
  }
  const clients = links.find((link) => link.plan.from === 'clients' && link.plan.to === plan.name)
  if (clients === undefined) throw new WorldError(`no link leads from clients to ${plan.name}`)
  const databases = attachedDatabases(
    engine,
    clock,
    databaseServices(plan.role).map((service) => project.container(service)),
  )
  const lives = new AttachedLives({
    ...{ engine, clock, owner: `Region ${plan.name}`, id: container.id },
    token: await readControlToken(engine, container),
    readyMillisMax: limits.regionReadyMillisMax,
    travelled: travel.travelled,
    endOf: (port) => approach.endOf(container.service, port),
    startDatabases: databases.start,
    killDatabases: databases.crash,
    onCasualty: casualties.report,
    onTouch: () => attached.touch(container.id),
  })
  const region = regionOver(lives, {
    ...{ plan, clock },
    clientsEnd: clients.front === undefined ? clients.far : onLoopback(clients.front.port),
    ...(clients.front === undefined ? {} : { tls: clients.front.trust }),
    database: () => databases,
  })
  return {
    ...region,
    dispose: async () => {
      if (await lives.isDisturbed()) disturbed.push(container.id)
      await region.dispose()
    },
  }
}
