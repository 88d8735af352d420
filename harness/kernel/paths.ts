import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { invariant } from './invariant.ts'

/** The folder of this package: the same from source, from `dist` and from an installed package. */
export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)))

/**
 * The compiled form of a module of this package, for child processes: Node 20 runs no TypeScript.
 *
 * @param path - Path of the source below the package's folder, such as `harness/link/main.ts`.
 */
export function builtModule(path: string): string {
  return join(packageRoot, 'dist', path.replace(/\.ts$/, '.js'))
}

function findRoot(start: string): string {
  let folder = start
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    invariant(parent !== folder, `no package.json above ${start}`)
    folder = parent
  }
  return folder
}
