import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it; one that exists is no error. Node's own recursive `mkdir`
 * never comes back where a system denies that the parent exists, as Linux does below `/proc`.
 *
 * @throws The error of the system that names the folder which could not be made.
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  try {
    await mkdir(path, mode)
  } catch (error) {
    if (await isFolder(path)) return
    const parent = dirname(path)
    if (codeOf(error) !== 'ENOENT' || parent === path) throw error
    // Somebody else may have made the parent meanwhile; then one more try is enough.
    if (!(await isFolder(parent))) await makeFolder(parent, mode)
    await mkdir(path, mode).catch(async (again: unknown) => {
      if (!(await isFolder(path))) throw again
    })
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
