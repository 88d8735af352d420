import { dirname, resolve } from 'node:path'
import { UsageError } from '../../kernel/errors.ts'
import type { SignInScript } from './browser.ts'

/**
 * The sign-in script of a user: the export `signIn` of a module, in JavaScript or TypeScript.
 *
 * @param file - As the topology names it, relative to itself.
 * @throws UsageError if there is none.
 */
export async function loadSignInScript(file: string, topology: string): Promise<SignInScript> {
  const path = resolve(dirname(topology), file)
  const { createJiti } = await import('jiti')
  const loaded = await createJiti(import.meta.url)
    .import(path)
    .catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new UsageError(`"target.signInScript" cannot be loaded: ${why}`, { cause })
    })
  const { signIn } = loaded as { readonly signIn?: unknown }
  if (typeof signIn === 'function') return signIn as SignInScript
  throw new UsageError(`"target.signInScript": ${path} exports no function "signIn"`, {
    hint: 'export const signIn: SignInScript = async (browser, user) => { … }',
  })
}
