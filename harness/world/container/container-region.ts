import { randomBytes } from 'node:crypto'
import { relative } from 'node:path'
import { WorldError } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/json.ts'
import { builtModule } from '../../kernel/paths.ts'
import type { RegionPlan } from '../../target/contract.ts'
import { moduleOf, regionFrame, type StackFrame } from '../process/assemble-stack.ts'
import type { ReadyMessage } from '../process/child-channel.ts'
import { type ChildRegion, childRegion } from '../process/child-region.ts'
import type { MovableLink } from '../process/proxied-link.ts'
import { portOf } from '../process/region-ports.ts'
import { containerLife } from './container-life.ts'
import type { EngineRuntime } from './engine-runtime.ts'
import { imageOf } from './images.ts'
import type { Reach, StackNetworks } from './link-proxy-container.ts'
import { type PlacedContainer, placeContainer } from './placed-container.ts'
import {
  databasePort,
  type RegionDatabases,
  type RegionDatabasesOptions,
  regionDatabases,
} from './region-databases.ts'
import { dataFolder } from './region-disk.ts'
import { regionMachine } from './region-machine.ts'
import { apiPort, controlPort, makePod } from './region-pod.ts'
import type { RunObjects } from './run-objects.ts'

/** What every Region of a stack of containers needs. */
export interface RegionGround {
  readonly engine: EngineRuntime
  readonly objects: RunObjects
  readonly networks: StackNetworks
  readonly reach: Reach
  readonly seed: number
  readonly readyMillisMax: number
  /** Where Regions keep what they know in PostgreSQL: the password of this stack's databases. */
  readonly databasePassword: string | undefined
  /** Where syncs of Regions are to fail: the library for that, see `buildFailingSyncs`. */
  readonly failingSyncs: Buffer | undefined
}

/**
 * A Region or node as two containers: one that does nothing but keep its network and its disk, and
 * one for its software, which comes and goes. Addresses and ports outlive every crash, what a dead
 * Region had sent is still delivered, and whoever connects to it is refused.
 *
 * @param ordinal - Its place in the networks, from 1.
 */
export async function createContainerRegion(
  ground: RegionGround,
  plan: RegionPlan,
  frame: StackFrame,
  ordinal: number,
): Promise<ChildRegion> {
  const { engine, objects, networks, reach } = ground
  const { clock, undoing } = frame
  const owner = `Region ${plan.name}`
  const module = moduleBelowDist(moduleOf(plan), owner)
  const pod = await makePod(ground, plan.name, frame, ordinal)
  const { holder, volumes, common, published, disk } = pod
  const token = randomBytes(24).toString('hex')
  const control = { ...reach(ordinal, controlPort, published.control), token }
  const direct = reach(ordinal, apiPort, published.api)
  const home = networks.links.address(ordinal)
  const links = frame.links.filter((link) => link.plan.to === plan.name)
  const databases = databasesOf(ground, plan, frame, holder, common)
  if (databases !== undefined) undoing.defer(`databases of ${owner}`, databases.dispose)
  const settled = { ...plan, settings: { ...fieldsOf(plan.settings), ...databases?.settings } }
  const placeOf = (service: string, ready: ReadyMessage): number =>
    databases !== undefined && service === 'replication'
      ? databasePort
      : portOf(plan.name, ready, service)
  let software: PlacedContainer | undefined
  return childRegion({
    ...regionFrame(settled, frame, { dataFolder, seed: ground.seed }),
    ...(databases === undefined ? {} : { database: () => databases.lifecycle }),
    readyMillisMax: ground.readyMillisMax,
    launch: async (onCasualty) => {
      await databases?.start()
      if (software === undefined) {
        software = await placeContainer(engine, objects, {
          ...{ owner, word: plan.name, image: imageOf('region') },
          command: [module],
          environment: { ...common.environment, INTERREGNUM_CONTROL_TOKEN: token },
          attachment: { sharedWith: holder.id },
          volumes: [...volumes, ...common.volumes],
        })
      } else await software.container.start()
      const { container } = software
      const alsoKill = async (): Promise<void> => databases?.kill()
      return containerLife({ container, clock, owner, control, onCasualty, alsoKill })
    },
    directUrl: () => `http://${direct.host}:${direct.port}`,
    onReady: (ready) =>
      leadAll(links, (service) => ({ host: home, port: placeOf(service, ready) })),
    onGone: async () => {},
    onDisposed: async () => software?.remove(),
    disk,
    machine: regionMachine({
      ...{ engine, objects, holder, links: networks.links, address: home },
      containers: () => [
        ...(software === undefined ? [] : [software]),
        ...(databases?.containers() ?? []),
      ],
    }),
  })
}

/** Its databases, where Regions have some: a replica follows over the link that it opens. */
function databasesOf(
  { engine, objects, databasePassword: password }: RegionGround,
  plan: RegionPlan,
  { clock, links }: StackFrame,
  holder: PlacedContainer,
  common: RegionDatabasesOptions['common'],
): RegionDatabases | undefined {
  if (password === undefined) return undefined
  const upstream =
    plan.role === 'primary'
      ? undefined
      : links.find(({ plan: { from, service } }) => from === plan.name && service === 'replication')
  const network = holder.id
  return regionDatabases({
    ...{ engine, objects, clock, plan, network, password, common },
    upstream: upstream?.near,
  })
}

function fieldsOf(settings: Json): { readonly [field: string]: Json } {
  const isObject = typeof settings === 'object' && settings !== null && !Array.isArray(settings)
  return isObject ? (settings as { readonly [field: string]: Json }) : {}
}

/**
 * Leads links to a new life. The addresses are those of the last one: first nowhere, so that the
 * connections of the last life end.
 */
async function leadAll(
  links: readonly MovableLink[],
  endOf: (service: string) => { readonly host: string; readonly port: number },
): Promise<void> {
  for (const link of links) {
    await link.leadTo({ host: '127.0.0.1', port: 1 })
    await link.leadTo(endOf(link.plan.service))
  }
}

/** Images hold this package: a module is named from its `dist` folder. */
function moduleBelowDist(module: string, owner: string): string {
  const path = relative(builtModule('.'), module)
  if (!path.startsWith('..')) return path
  throw new WorldError(`${owner} cannot be put into a container: its module is ${module}`, {
    hint: `the image holds modules of this package alone; take --world process for others`,
  })
}
