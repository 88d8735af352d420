import { type Clock, systemClock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import { millis } from '../../kernel/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { within } from '../process/within.ts'
import { type EngineRuntime, hasImage, openEngineRuntime } from './engine-runtime.ts'
import { imageOf } from './images.ts'

/** The public image of Toxiproxy; `INTERREGNUM_PROXY_IMAGE` names another. */
const publicImage = 'ghcr.io/shopify/toxiproxy:2.12.0'

/** How long a registry may take to say whether it has the image. */
const askMillisMax = 5_000

/** How long the image may take to come. */
const pullMillisMax = 300_000

/** What carries the links of a run. */
export type ProxyName = Plan['proxy']

/** The image that a proxy runs from. */
export function proxyImage(
  proxy: ProxyName,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  if (proxy === 'link-proxy') return imageOf('link-proxy')
  const own = environment.INTERREGNUM_PROXY_IMAGE
  return own === undefined || own === '' ? publicImage : own
}

/**
 * The proxy of a run that names none: a Toxiproxy where its image is here or a registry has it,
 * elsewhere our own. An image of ours that the environment names is ours.
 *
 * @throws WorldError if there is no engine.
 */
export async function chooseProxy(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  clock: Clock = systemClock(),
): Promise<ProxyName> {
  const image = proxyImage('toxiproxy', environment)
  if (image === imageOf('link-proxy')) return 'link-proxy'
  const engine = await openEngineRuntime()
  if (await hasImage(engine.docker, image)) return 'toxiproxy'
  const asked = await within(clock, millis(askMillisMax), registryHas(engine, image))
  return asked?.value === true ? 'toxiproxy' : 'link-proxy'
}

/**
 * Sees to it that the image of a Toxiproxy is here.
 *
 * @throws WorldError if it is not, and cannot be pulled.
 */
export async function prepareToxiproxy(
  engine: EngineRuntime,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  clock: Clock = systemClock(),
): Promise<void> {
  const image = proxyImage('toxiproxy', environment)
  if (await hasImage(engine.docker, image)) return
  const pulled = await within(clock, millis(pullMillisMax), pull(engine, image))
  if (pulled !== undefined && pulled.value === undefined) return
  const why = pulled?.value ?? `it did not come within ${pullMillisMax / 1_000} s`
  throw new WorldError(`the image ${image} is not here and cannot be pulled: ${why}`, {
    hint: 'take --proxy link-proxy, or name an image that is here: INTERREGNUM_PROXY_IMAGE=…',
  })
}

/** Asks the registry of an image, over the engine: its proxies and credentials are the engine's. */
async function registryHas({ docker }: EngineRuntime, image: string): Promise<boolean> {
  return docker
    .getImage(image)
    .distribution()
    .then(
      () => true,
      () => false,
    )
}

/** Undefined when the image is here, else why it is not. */
async function pull({ docker }: EngineRuntime, image: string): Promise<string | undefined> {
  try {
    const stream = await docker.pull(image)
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()))
    })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
