import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { WorldError } from '../../kernel/errors.ts'
import { builtModule } from '../../kernel/paths.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { createPrivateDirectory } from '../../ledger/private-directory.ts'
import type { Plan } from '../../plan/plan.ts'
import { type ProxyName, prepareToxiproxy, proxyImage } from './choose-proxy.ts'
import { type EngineRuntime, openEngineRuntime } from './engine-runtime.ts'
import { buildHint, type ImageName, imageOf, imagesFor } from './images.ts'

/** Most lines of a build that are kept for an error. */
const linesMax = 30

/**
 * What a run needs before its first scenario: an engine, testcontainers, and images of this very
 * package, which are built where they are missing or of another build. Bases come from what is
 * installed on a Debian machine, elsewhere from a registry.
 *
 * @param ledger - Its run is what the builder belongs to.
 * @throws WorldError that says what is missing and what to do.
 */
export async function prepareContainers(
  ledger: Ledger,
  images: readonly ImageName[],
): Promise<EngineRuntime> {
  const engine = await openEngineRuntime()
  // What a builder that is killed leaves is found here.
  const folder = await createPrivateDirectory(ledger, 'what images are built from')
  try {
    await build(images, { ...process.env, ...ledger.environment, TMPDIR: folder.path })
  } finally {
    await folder.remove()
  }
  return engine
}

/** What carries the links of a run, and the image that it runs from. */
export interface ProxyFact {
  readonly name: ProxyName
  readonly image: string
}

/**
 * Prepares what stacks of a plan are made of: as {@link prepareContainers}, with its proxy.
 *
 * @throws WorldError that says what is missing and what to do.
 */
export async function prepareStacks(
  ledger: Ledger,
  { storage, proxy }: Pick<Plan, 'storage' | 'proxy'>,
): Promise<ProxyFact> {
  const image = proxyImage(proxy)
  const own = image === imageOf('link-proxy')
  const engine = await prepareContainers(ledger, imagesFor(storage, own ? 'link-proxy' : proxy))
  if (!own) await prepareToxiproxy(engine)
  return { name: proxy, image }
}

async function build(images: readonly ImageName[], env: NodeJS.ProcessEnv): Promise<void> {
  const parameters = existsSync('/etc/debian_version') ? images : ['--pull', ...images]
  const child = spawn(process.execPath, [builtModule('fixtures/images/build.ts'), ...parameters], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const lines: string[] = []
  const reading = createInterface({ input: child.stderr })
  reading.on('line', (line) => {
    if (lines.push(line) > linesMax) lines.shift()
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code === 0) return
  throw new WorldError(
    `the images ${images.map(imageOf).join(', ')} could not be built:\n${lines.join('\n')}`,
    { hint: buildHint },
  )
}
