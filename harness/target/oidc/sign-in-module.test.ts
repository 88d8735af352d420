import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { SignInRefused } from './browser.ts'
import { loadSignInScript } from './sign-in-module.ts'

// Goal: a user's script is found beside the topology, in TypeScript too. Method: files as a user
// has them.

async function beside(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sign-in-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'sign-in.ts'), text)
  return join(folder, 'topology.yaml')
}

test('the export signIn is the script', async () => {
  const topology =
    await beside(`export const signIn = async (browser: { refuse(code: string): never },
    user: { username: string }): Promise<void> => browser.refuse(user.username)`)
  const script = await loadSignInScript('sign-in.ts', topology)
  const refuse = (code: string): never => {
    throw new SignInRefused(code)
  }
  const user = { username: 'alice', password: 'pw' }
  await expect(script({ refuse } as Parameters<typeof script>[0], user)).rejects.toThrow('alice')
})

test('a module without it, and none, are wrong usage', async () => {
  const topology = await beside('export const other = 1')
  await expect(loadSignInScript('sign-in.ts', topology)).rejects.toThrow(
    'exports no function "signIn"',
  )
  await expect(loadSignInScript('none.ts', topology)).rejects.toThrow('cannot be loaded')
})
