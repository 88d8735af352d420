import type { EngineRuntime } from './engine-runtime.ts'
import { imageOf } from './images.ts'
import type { RunObjects } from './run-objects.ts'
import { runOnce } from './run-once.ts'

/** Where a helper finds the programs of the machine that the engine runs on. */
const hostFolder = '/host'

/** One rule of a packet filter: its chain and what it matches. */
export interface PacketRule {
  readonly chain: 'INPUT' | 'OUTPUT'
  readonly match: readonly string[]
}

/**
 * Makes the network of a container drop packets, or undoes that. Our images hold no packet filter:
 * a helper in the container's network uses the one of the engine's machine, which an engine needs
 * itself. The rule ends with the network that it is in.
 *
 * @param holder - Id of the container.
 * @throws WorldError with what the program said, where there is none or it may not.
 */
export async function changePackets(
  engine: EngineRuntime,
  objects: RunObjects,
  holder: string,
  change: 'drop' | 'pass',
  { chain, match }: PacketRule,
): Promise<void> {
  const rule = [change === 'drop' ? '-I' : '-D', chain, ...match, '-j', 'DROP'].join(' ')
  const script = `PATH=/usr/sbin:/sbin:/usr/bin:/bin; export PATH; exec iptables -w 5 ${rule}`
  await runOnce(engine, objects, {
    owner: `packets are to ${change}`,
    word: 'packets',
    image: imageOf('region'),
    command: ['chroot', hostFolder, '/bin/sh', '-c', script],
    hostConfig: {
      NetworkMode: `container:${holder}`,
      CapAdd: ['NET_ADMIN', 'NET_RAW'],
      Binds: [`/:${hostFolder}:ro`],
      // The program keeps its lock there.
      Tmpfs: { [`${hostFolder}/run`]: '' },
    },
  })
}
