import { UsageError } from '../kernel/errors.ts'

/** The exports of a module. */
export type ModuleExports = Readonly<Record<string, unknown>>

/**
 * Loads a module that a user wrote, TypeScript included. `import … from 'interregnum'` in it is
 * this very library, wherever the file lies, so that there is one copy of every class.
 *
 * @param library - The exports of this library.
 * @throws UsageError naming the file if it cannot be loaded.
 */
export async function loadModule(path: string, library: ModuleExports): Promise<ModuleExports> {
  const { createJiti } = await import('jiti')
  const jiti = createJiti(path, {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    virtualModules: { interregnum: library },
  })
  try {
    return await jiti.import<ModuleExports>(path)
  } catch (error) {
    throw new UsageError(`${path} could not be loaded: ${messageOf(error)}`, { cause: error })
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim()
}
