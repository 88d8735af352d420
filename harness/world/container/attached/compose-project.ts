import type { Role } from '../../../history/line.ts'
import type { Clock } from '../../../kernel/clock.ts'
import { byText } from '../../../kernel/compare.ts'
import { UsageError, WorldError } from '../../../kernel/errors.ts'
import { millis } from '../../../kernel/time.ts'
import type { EngineRuntime } from '../engine-runtime.ts'

/** Labels of compose, v1 and v2. */
const projectLabel = 'com.docker.compose.project'
const serviceLabel = 'com.docker.compose.service'

/** What every container of `docker-compose.yml` carries. */
const ownLabel = 'interregnum=1'

/** The service of a Region. */
export function regionService(role: Role): string {
  return `identity-${role}`
}

/** The service that carries every link. */
export const proxyService = 'toxiproxy'

/** The services of a Region's databases, those first that others need. */
export function databaseServices(role: Role): readonly string[] {
  return role === 'primary' ? ['postgres-primary'] : ['postgres-replica', 'postgres-regional']
}

/** What a run needs of a project; its router and what made its secrets are not among it. */
const services = [
  proxyService,
  ...databaseServices('primary'),
  ...databaseServices('replica'),
  regionService('primary'),
  regionService('replica'),
]

/** How long a project that was just started may take until its health checks are asked. */
const startingMillisMax = 60_000
const lookMillis = 250

/** A container of the project, as the engine shows it. */
export interface ProjectContainer {
  readonly id: string
  readonly service: string
  readonly image: string
  readonly imageId: string
  /** `well`, or in a word what it is instead. */
  readonly state: string
  /** Its addresses in the networks of the engine. */
  readonly addresses: readonly string[]
  /** Ports of the container, each with its port on 127.0.0.1. */
  readonly published: ReadonlyMap<number, number>
  readonly environment: Readonly<Record<string, string>>
}

/** A compose project with two Regions. */
export interface ComposeProject {
  readonly name: string
  /** In the order in which they need each other. */
  readonly containers: readonly ProjectContainer[]
  container(service: string): ProjectContainer
}

/**
 * The project of this name, or the only one that there is.
 *
 * @throws UsageError if there are several and none was named, or none has that name.
 * @throws WorldError if none is up, or a container of it is missing or not well.
 */
export async function findProject(
  engine: EngineRuntime,
  wanted: string | undefined,
  clock: Clock,
): Promise<ComposeProject> {
  const name = await nameOf(engine, wanted)
  const deadline = clock.monotonic() + millis(startingMillisMax)
  let found = await containersOf(engine, name)
  while (isStarting(found) && clock.monotonic() < deadline) {
    await clock.sleep(millis(lookMillis))
    found = await containersOf(engine, name)
  }
  const faults = faultsOf(found)
  if (faults.length > 0) {
    throw new WorldError(`the compose project ${name} is not up as a whole: ${faults.join(', ')}`, {
      hint: 'docker compose up -d starts what is missing; docker compose ps shows its health',
    })
  }
  return {
    name,
    containers: found,
    container: (service) => {
      const one = found.find((candidate) => candidate.service === service)
      if (one !== undefined) return one
      throw new WorldError(`the compose project ${name} has no service ${service}`)
    },
  }
}

/** Nothing is wrong with it but that its health checks have not been asked yet. */
function isStarting(found: readonly ProjectContainer[]): boolean {
  const faults = faultsOf(found)
  return faults.length > 0 && faults.every((fault) => fault.endsWith(' is starting'))
}

function faultsOf(found: readonly ProjectContainer[]): readonly string[] {
  const missing = services.filter((service) => !found.some((one) => one.service === service))
  return [
    ...missing.map((service) => `${service} is missing`),
    ...found
      .filter(({ state }) => state !== 'well')
      .map(({ service, state }) => `${service} is ${state}`),
  ]
}

/** Names of all projects with a Region, up or not. */
async function nameOf(engine: EngineRuntime, wanted: string | undefined): Promise<string> {
  const label = [ownLabel, `${serviceLabel}=${regionService('primary')}`]
  const regions = await engine.docker.listContainers({ all: true, filters: { label } })
  const names = [...new Set(regions.map(({ Labels }) => Labels[projectLabel] ?? ''))].sort(byText)
  const [only, ...others] = names
  if (only === undefined) {
    throw new WorldError('no compose project of Interregnum is up', {
      hint: 'docker compose up -d starts the two Regions of docker-compose.yml',
    })
  }
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted
    throw new UsageError(`"--attach" names ${wanted}; the compose projects are ${names.join(', ')}`)
  }
  if (others.length === 0) return only
  throw new UsageError(`there are the compose projects ${names.join(', ')}`, {
    hint: `say which: --attach=${only}`,
  })
}

async function containersOf(
  engine: EngineRuntime,
  project: string,
): Promise<readonly ProjectContainer[]> {
  const label = [ownLabel, `${projectLabel}=${project}`]
  const listed = await engine.docker.listContainers({ all: true, filters: { label } })
  const ours = listed.filter(({ Labels }) => services.includes(Labels[serviceLabel] ?? ''))
  const found = await Promise.all(
    ours.map(({ Id, Labels }) => readContainer(engine, Id, Labels[serviceLabel] ?? '')),
  )
  return [...found].sort((a, b) => services.indexOf(a.service) - services.indexOf(b.service))
}

/** Looks at one container. @throws whatever the engine says if it is gone. */
export async function readContainer(
  { docker }: EngineRuntime,
  id: string,
  service: string,
): Promise<ProjectContainer> {
  const { Config, Image, State, NetworkSettings } = await docker.getContainer(id).inspect()
  const addresses = Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress)
  const published = Object.entries(NetworkSettings.Ports ?? {}).flatMap(([name, bindings]) => {
    const host = Number(bindings?.[0]?.HostPort)
    return Number.isInteger(host) ? [[Number.parseInt(name, 10), host] as const] : []
  })
  return {
    ...{ id, service, image: Config.Image, imageId: Image },
    state: stateText(State),
    addresses: addresses.filter((address) => address !== ''),
    published: new Map(published),
    environment: Object.fromEntries(
      Config.Env.map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
    ),
  }
}

/** A container without a health check is well if it runs. */
function stateText(state: {
  readonly Status: string
  readonly Running: boolean
  readonly Paused: boolean
  readonly Health?: { readonly Status: string } | undefined
}): string {
  if (!state.Running || state.Paused) return state.Status
  const health = state.Health?.Status ?? 'none'
  return health === 'healthy' || health === 'none' ? 'well' : health
}
