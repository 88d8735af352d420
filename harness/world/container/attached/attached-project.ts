import { type Clock, systemClock } from '../../../kernel/clock.ts'
import { WorldError } from '../../../kernel/errors.ts'
import { millis } from '../../../kernel/time.ts'
import {
  type Attachment,
  attachmentDetail,
  restoreAttachment,
  touchedDetail,
} from '../../../ledger/attachment.ts'
import { labelsOf, runLabel } from '../../../ledger/engine-objects.ts'
import type { Ledger } from '../../../ledger/ledger.ts'
import type { LinkClient } from '../../../link/link-client.ts'
import type { ProxyName } from '../choose-proxy.ts'
import { type EngineRuntime, openEngineRuntime } from '../engine-runtime.ts'
import { apiPort, connectTo } from '../link-proxy-container.ts'
import { type Approach, approachTo } from './approach.ts'
import { type ComposeProject, findProject, proxyService, regionService } from './compose-project.ts'

/** How long it may take until a project is as it was found. */
const restoreMillisMax = 60_000

/** A compose project that this run alone uses. */
export interface AttachedProject {
  readonly engine: EngineRuntime
  readonly project: ComposeProject
  readonly approach: Approach
  readonly client: LinkClient
  /** Notes that the software of a container is told to misbehave, before it is told. */
  touch(id: string): Promise<void>
  /**
   * Leaves everything as it was found.
   *
   * @param disturbed - Ids of containers whose software has to begin a new life.
   * @throws WorldError that says what could not be done.
   */
  restore(disturbed: readonly string[]): Promise<void>
  /** Restores, and lets others attach. */
  release(): Promise<void>
}

/**
 * Takes a compose project for this run, so that no other run disturbs it meanwhile. The ledger
 * knows it: whatever happens to this process, the project is left as it was found.
 *
 * @throws UsageError, WorldError if there is no such project, it is not up as a whole, its links
 * are not whole, or another run uses it.
 */
export async function attachProject(
  ledger: Ledger,
  name: string,
  proxy: ProxyName,
  clock: Clock = systemClock(),
): Promise<AttachedProject> {
  const engine = await openEngineRuntime()
  const project = await findProject(engine, name, clock)
  const unlock = await lock(engine, ledger, project)
  try {
    const approach = await approachTo(engine, project, clock)
    const { host, port } = await approach.endOf(proxyService, apiPort)
    const links = `http://${host}:${port}`
    const client = await connectTo(proxy, links)
    await requireWholeLinks(project, client, links)
    const { containers } = project
    const found = { engine: engine.address, project: project.name, links, containers }
    const owner = `compose project ${project.name}`
    const entry = await ledger.intend('attachment', owner, attachmentDetail(found))
    const restore = async (touched: readonly string[]): Promise<void> => {
      const attachment: Attachment = { ...found, touched }
      const deadline = clock.monotonic() + millis(restoreMillisMax)
      const left = await restoreAttachment(attachment, clock, deadline)
      if (left.length > 0) throw new WorldError(left.join('; '))
    }
    return {
      ...{ engine, project, approach, client, restore },
      touch: (id) => ledger.confirm(entry, touchedDetail(id)),
      release: async () => {
        await restore([])
        await ledger.release(entry)
        await unlock()
      },
    }
  } catch (error) {
    await unlock()
    throw error
  }
}

/** A run measures what its own faults do: a link must carry no others. */
async function requireWholeLinks(
  { name }: ComposeProject,
  client: LinkClient,
  api: string,
): Promise<void> {
  const disturbed = (await client.links())
    .filter(({ enabled, toxics }) => !enabled || toxics.length > 0)
    .map((link) => `${link.name} ${link.enabled ? `carries ${link.toxics.join(', ')}` : 'is off'}`)
  if (disturbed.length === 0) return
  throw new WorldError(
    `links of the compose project ${name} are disturbed: ${disturbed.join('; ')}`,
    {
      hint: `curl -X POST ${api}/reset makes them whole`,
    },
  )
}

/**
 * A container that never starts, whose name no other can have while it is there. It carries the
 * labels of the run, so that it is removed with what the run leaves.
 *
 * @returns What removes it.
 */
async function lock(
  { docker, address }: EngineRuntime,
  ledger: Ledger,
  project: ComposeProject,
): Promise<() => Promise<void>> {
  const name = `interregnum-attached-${project.name}`
  const owner = `use of compose project ${project.name}`
  const entry = await ledger.intend('container', owner, { engine: address, name })
  try {
    const container = await docker.createContainer({
      name,
      Image: project.container(regionService('primary')).imageId,
      Labels: { ...labelsOf(ledger.environment) },
      Entrypoint: ['true'],
      HostConfig: { NetworkMode: 'none' },
    })
    await ledger.confirm(entry, { id: container.id })
    return async () => {
      await container.remove({ force: true })
      await ledger.release(entry)
    }
  } catch (error) {
    const { statusCode } = error as { readonly statusCode?: unknown }
    if (statusCode !== 409) throw error
    await ledger.release(entry)
    throw await inUse(docker, name, project)
  }
}

async function inUse(
  docker: EngineRuntime['docker'],
  name: string,
  project: ComposeProject,
): Promise<WorldError> {
  const holder = await docker
    .getContainer(name)
    .inspect()
    .then(
      ({ Config }) => Config.Labels[runLabel],
      () => undefined,
    )
  const who = holder === undefined ? 'another run' : `run ${holder}`
  return new WorldError(`the compose project ${project.name} is in use by ${who}`, {
    hint: 'wait for its end; if it is dead, interregnum recover gives the project back',
  })
}
