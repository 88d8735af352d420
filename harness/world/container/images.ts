import { WorldError } from '../../kernel/errors.ts'
import { toolVersion } from '../../kernel/version.ts'
import type { Plan } from '../../plan/plan.ts'
import { type EngineRuntime, hasImage } from './engine-runtime.ts'

/** Images of this package, built by `npm run images`. */
export type ImageName = 'region' | 'link-proxy' | 'postgres'

/** How somebody builds them: the hint of errors about images. */
export const buildHint =
  'build them: npm run images, with -- --pull from a registry; ' +
  'in an installed package: node node_modules/interregnum/dist/fixtures/images/build.js'

/**
 * Our images that a stack is made of, by where its Regions keep what they know and by what carries
 * its links.
 */
export function imagesFor(
  storage: Plan['storage'],
  proxy: Plan['proxy'] = 'link-proxy',
): readonly ImageName[] {
  return [
    'region',
    ...(proxy === 'link-proxy' ? (['link-proxy'] as const) : []),
    ...(storage === 'postgres' ? (['postgres'] as const) : []),
  ]
}

/** The full name of an image: its tag is the version of this package. */
export function imageOf(name: ImageName): string {
  return `interregnum/${name}:${toolVersion()}`
}

/** @throws WorldError that names those images which are not in the engine. */
export async function requireImages(
  { docker, address }: EngineRuntime,
  names: readonly string[],
): Promise<void> {
  const missing: string[] = []
  for (const image of names) {
    if (!(await hasImage(docker, image))) missing.push(image)
  }
  if (missing.length === 0) return
  throw new WorldError(`the container engine at ${address} has no image ${missing.join(', ')}`, {
    hint: buildHint,
  })
}
