import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { packageRoot } from '../kernel/paths.ts'

/** Builds `dist` before any test: children start from it, so no test meets stale code. */
export default function buildOnce(): void {
  if (process.env.INTERREGNUM_SKIP_BUILD === '1') return
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const built = spawnSync(process.execPath, [tsc, '--build', 'tsconfig.json'], {
    cwd: packageRoot,
    encoding: 'utf8',
  })
  if (built.status !== 0) throw new Error(`the build failed:\n${built.stdout}${built.stderr}`)
}
