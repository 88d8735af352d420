import type * as Library from 'testcontainers'
import { WorldError } from '../../kernel/errors.ts'
import { findEngine } from '../../ledger/engine.ts'

/** The package that drives the engine, loaded where it is needed. */
export type Testcontainers = typeof Library

type RuntimeClient = Awaited<ReturnType<Testcontainers['getContainerRuntimeClient']>>

/** The engine's API, as the package talks to it. */
export type Docker = RuntimeClient['container']['dockerode']

/** The container engine of this machine, and the package that drives it. */
export interface EngineRuntime {
  /** For the ledger, see `engineAddress`. */
  readonly address: string
  readonly version: string
  readonly library: Testcontainers
  readonly docker: Docker
  /** True where the image of Ryuk is here, which then cleans up beside our own reaper. */
  readonly ryuk: boolean
}

/**
 * Looks for the engine and loads testcontainers, an optional peer of this package.
 *
 * @throws WorldError with what to do if one of them is missing.
 */
export async function openEngineRuntime(): Promise<EngineRuntime> {
  const { address, version, missing } = await findEngine()
  if (address === undefined || version === undefined) {
    throw new WorldError(`the container world needs a container engine: ${missing ?? 'none'}`, {
      hint: 'install and start Docker, or take --world process; `interregnum doctor` looks for it',
    })
  }
  const library = await loadTestcontainers()
  const docker = await connectDocker(library)
  return { address, version, library, docker, ryuk: await hasRyuk(docker) }
}

/** True if an image of this name is in the engine. */
export async function hasImage(docker: Docker, name: string): Promise<boolean> {
  return docker
    .getImage(name)
    .inspect()
    .then(
      () => true,
      () => false,
    )
}

async function loadTestcontainers(): Promise<Testcontainers> {
  try {
    return await import('testcontainers')
  } catch (cause) {
    throw new WorldError('the container world needs the package testcontainers', {
      cause,
      hint: 'npm install --save-dev testcontainers@11',
    })
  }
}

async function connectDocker(library: Testcontainers): Promise<Docker> {
  try {
    const client = await library.getContainerRuntimeClient()
    return client.container.dockerode
  } catch (cause) {
    throw new WorldError('testcontainers does not find the container engine', {
      cause,
      hint: 'set DOCKER_HOST to where the engine listens',
    })
  }
}

/** No registry is asked: where the image is not here, our own reaper is enough. */
async function hasRyuk(docker: Docker): Promise<boolean> {
  const own = process.env.RYUK_CONTAINER_IMAGE
  if (process.env.TESTCONTAINERS_RYUK_DISABLED === 'true' || own === undefined) return false
  return hasImage(docker, own)
}
