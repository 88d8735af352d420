import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { z } from 'zod'
import { builtModule } from '../kernel/paths.ts'
import { shapes } from '../report/shapes.ts'
import { main } from './main.ts'

/** The built program. */
export const program = builtModule('harness/cli.ts')

/** What a command line came to. */
export interface Answer {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A folder of its own, gone after the test. */
export function emptyFolder(): string {
  const folder = keptFolder()
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A folder of its own, for several tests: whoever asks for it removes it. */
export function keptFolder(): string {
  return mkdtempSync(join(tmpdir(), 'interregnum-cli-'))
}

/** A state folder of its own, no colour. */
export function environmentOf(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, NO_COLOR: '1', INTERREGNUM_STATE_DIR: join(folder, '.state') }
}

/** A document as it is published, nothing more and nothing less. */
export function documentOf<Name extends keyof typeof shapes>(
  name: Name,
  { out }: Answer,
): z.infer<(typeof shapes)[Name]> {
  return shapes[name].parse(JSON.parse(out)) as z.infer<(typeof shapes)[Name]>
}

/** Runs one command line to its end. */
export function interregnum(folder: string, ...argv: readonly string[]): Answer {
  const done = spawnSync(process.execPath, [program, ...argv], {
    cwd: folder,
    env: environmentOf(folder),
    encoding: 'utf8',
    timeout: 55_000,
  })
  return { code: done.status, out: done.stdout, err: done.stderr }
}

/** Runs one command line to its end in this process: quicker, for what starts no process. */
export async function within(folder: string, ...argv: readonly string[]): Promise<Answer> {
  return withinUntil(new AbortController().signal, folder, ...argv)
}

/** The same, ended early by the signal. */
export async function withinUntil(
  signal: AbortSignal,
  folder: string,
  ...argv: readonly string[]
): Promise<Answer> {
  let out = ''
  let err = ''
  const code = await main(argv, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    environment: { NO_COLOR: '1' },
    folder,
    signal,
    end: (error) => {
      throw error
    },
  })
  return { code, out, err }
}
