import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WorldError } from '../kernel/errors.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { createPrivateDirectory } from '../ledger/private-directory.ts'

/** The fault that needs the library: a world that is to inject it prepares its Regions for it. */
export const failingSyncsFault = 'fsync-fails'

/** Names the file whose existence makes syncs fail. */
const switchVariable = 'INTERREGNUM_SYNCS_FAIL'

/**
 * A library that stands before the system's: `fsync` and `fdatasync` answer `EIO` while a file
 * exists. Its name is copied at the start: PostgreSQL writes its titles over the environment.
 */
const source = `
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/syscall.h>

static char path[4096];

__attribute__((constructor)) static void begin(void) {
  const char *given = getenv("${switchVariable}");
  if (given != NULL && strlen(given) < sizeof path) strcpy(path, given);
}

static int fails(void) {
  int before = errno;
  int found = path[0] != 0 && access(path, F_OK) == 0;
  errno = found ? EIO : before;
  return found;
}

long syscall(long number, ...);

int fsync(int file) { return fails() ? -1 : (int)syscall(SYS_fsync, file); }
int fdatasync(int file) { return fails() ? -1 : (int)syscall(SYS_fdatasync, file); }
`

/** The environment of a program whose syncs can be made to fail. */
export function syncEnvironment(library: string, file: string): Readonly<Record<string, string>> {
  return { LD_PRELOAD: library, [switchVariable]: file }
}

/**
 * Compiles the library into a folder.
 *
 * @throws WorldError where this is no Linux, or has no C compiler.
 */
export async function buildFailingSyncs(folder: string): Promise<string> {
  if (process.platform !== 'linux') throw new WorldError('it takes Linux')
  const library = join(folder, 'failing-syncs.so')
  const options = ['-shared', '-fPIC', '-O1', '-x', 'c', '-o', library, '-']
  const { code, words } = await runProgram('cc', options, { input: source })
  if (code !== 0) throw new WorldError(`it takes a C compiler: ${words}`)
  // Databases run as somebody else.
  await chmod(library, 0o755)
  return library
}

/**
 * The library itself, for software that runs elsewhere.
 *
 * @throws WorldError as {@link buildFailingSyncs} does.
 */
export async function readFailingSyncs(ledger: Ledger): Promise<Buffer> {
  const folder = await createPrivateDirectory(ledger, 'a library of failing syncs')
  try {
    return await readFile(await buildFailingSyncs(folder.path))
  } finally {
    await folder.remove()
  }
}

/** For Node: `file code` tries whether syncs of the file fail with this code, or with `none`. */
export const syncTrial = `
const { closeSync, fdatasyncSync, fsyncSync, openSync } = require('node:fs')
const file = openSync(process.argv[1], 'a')
const codes = [fsyncSync, fdatasyncSync].map((sync) => {
  try { sync(file); return 'none' } catch (error) { return error.code }
})
closeSync(file)
process.exitCode = codes.every((code) => code === process.argv[2]) ? 0 : 1
console.error('syncs fail with ' + codes.join(' and ') + ', not with ' + process.argv[2])
`

/**
 * Tries on this machine what the fault does.
 *
 * @throws WorldError that says why it does not work.
 */
export async function tryFailingSyncs(ledger: Ledger): Promise<void> {
  const folder = await createPrivateDirectory(ledger, 'a trial of failing syncs')
  try {
    const library = await buildFailingSyncs(folder.path)
    const file = join(folder.path, 'fail')
    const environment = syncEnvironment(library, file)
    for (const expected of ['none', 'EIO'] as const) {
      if (expected === 'EIO') await writeFile(file, '')
      const parameters = ['-e', syncTrial, join(folder.path, 'data'), expected]
      const { code, words } = await runProgram(process.execPath, parameters, { environment })
      if (code !== 0) throw new WorldError(words)
    }
  } finally {
    await folder.remove()
  }
}

/** The switch of one Region whose flag is a file of this machine. */
export function syncSwitch(file: string): {
  readonly failSyncs: () => Promise<void>
  readonly mendSyncs: () => Promise<void>
} {
  return {
    failSyncs: () => writeFile(file, ''),
    mendSyncs: () => rm(file, { force: true }),
  }
}

async function runProgram(
  program: string,
  parameters: readonly string[],
  options: { readonly input?: string; readonly environment?: Readonly<Record<string, string>> },
): Promise<{ readonly code: number; readonly words: string }> {
  const { input = '', environment = {} } = options
  const child = spawn(program, [...parameters], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: 60_000,
  })
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-500)
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return { code: code ?? 1, words: words.trim() }
  } catch (error) {
    return { code: 1, words: error instanceof Error ? error.message : String(error) }
  }
}
