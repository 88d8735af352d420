import type { EngineRuntime, Testcontainers } from './engine-runtime.ts'
import type { RunNetwork, RunObject, RunObjects } from './run-objects.ts'

/** Where a container is reached: its own networks, or those of another container. */
export type Attachment =
  | {
      /** Networks with its address in each; the first carries the published ports. */
      readonly networks: readonly { readonly network: RunNetwork; readonly address: string }[]
      /** Ports of the container, each with its port on 127.0.0.1 of this machine. */
      readonly published: ReadonlyMap<number, number>
    }
  /** It shares the network of the container with this id. */
  | { readonly sharedWith: string }

/** One container of a stack: what runs, and where it is reached. */
export interface Placement {
  /** What it is, for the ledger and for messages, such as `Region us-east-1`. */
  readonly owner: string
  /** Tells it apart in the engine. */
  readonly word: string
  readonly image: string
  /** Instead of the image's own. */
  readonly entrypoint?: readonly string[]
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly attachment: Attachment
  readonly volumes?: readonly { readonly source: string; readonly target: string }[]
}

/** A container that was made and started once. */
export interface PlacedContainer extends RunObject {
  readonly container: ReturnType<EngineRuntime['docker']['getContainer']>
}

/**
 * Makes a container through testcontainers, listed in the ledger before it exists, and starts it.
 * Resolves when the engine has started it, whether its software is ready or not.
 */
export async function placeContainer(
  engine: EngineRuntime,
  objects: RunObjects,
  placement: Placement,
): Promise<PlacedContainer> {
  const { docker, library } = engine
  const name = objects.nameOf(placement.word)
  const made = await objects.make({
    kind: 'container',
    owner: placement.owner,
    name,
    create: async () => {
      const description = describe(library, engine, placement)
      const started = await description
        .withName(name)
        .withLabels({ ...objects.labels })
        .start()
      return started.getId()
    },
    remove: (id) => docker.getContainer(id).remove({ force: true, v: true }),
  })
  return { ...made, container: docker.getContainer(made.id) }
}

function describe(library: Testcontainers, engine: EngineRuntime, placement: Placement) {
  const { entrypoint, command, environment = {}, attachment } = placement
  const published = 'published' in attachment ? [...attachment.published] : []
  const described = new (placedClass(library))(engine, placement)
    .withCommand([...command])
    .withEnvironment({ ...environment })
    .withExposedPorts(...published.map(([container, host]) => ({ container, host })))
    .withAutoCleanup(engine.ryuk)
    .withWaitStrategy(library.Wait.forAll([]))
  return entrypoint === undefined ? described : described.withEntrypoint([...entrypoint])
}

/**
 * What testcontainers has no words for: ports published on 127.0.0.1 alone, fixed addresses, and
 * more than one network before the start. It gives these steps to heirs of its class.
 */
function placedClass({ GenericContainer }: Testcontainers) {
  return class Placed extends GenericContainer {
    readonly engine: EngineRuntime
    readonly placement: Placement

    constructor(engine: EngineRuntime, placement: Placement) {
      super(placement.image)
      this.engine = engine
      this.placement = placement
    }

    protected override async beforeContainerCreated(): Promise<void> {
      const { attachment, volumes = [] } = this.placement
      this.hostConfig.Mounts = volumes.map(({ source, target }) => ({
        Type: 'volume',
        Source: source,
        Target: target,
        VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: { Name: '', Options: {} } },
      }))
      if ('sharedWith' in attachment) {
        this.networkMode = `container:${attachment.sharedWith}`
        return
      }
      for (const bindings of Object.values(this.hostConfig.PortBindings ?? {})) {
        for (const binding of bindings as { HostIp?: string }[]) binding.HostIp = '127.0.0.1'
      }
      const [first] = attachment.networks
      if (first === undefined) return
      this.networkMode = first.network.name
      this.createOpts.NetworkingConfig = {
        EndpointsConfig: { [first.network.name]: endpoint(first.address) },
      }
    }

    protected override async containerCreated(id: string): Promise<void> {
      const { attachment } = this.placement
      const others = 'networks' in attachment ? attachment.networks.slice(1) : []
      for (const { network, address } of others) {
        await this.engine.docker
          .getNetwork(network.id)
          .connect({ Container: id, EndpointConfig: endpoint(address) })
      }
    }
  }
}

/** An end of a container in a network, at an address that outlives disconnection. */
export function endpoint(address: string) {
  return { IPAMConfig: { IPv4Address: address } }
}
