import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WorldError } from '../kernel/errors.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { createPrivateDirectory } from '../ledger/private-directory.ts'
import type { RegionLifecycle } from '../target/contract.ts'

/** The fault that needs the library: a world that is to inject it prepares its Regions for it. */
export const failingSyncsFault = 'fsync-fails'

/** Another one, where a world has no disk of a fixed size. */
export const fullDiskFault = 'disk-full'

/** Names the file whose existence makes syncs fail. */
const switchVariable = 'INTERREGNUM_SYNCS_FAIL'
/** Names the file whose existence leaves no room. */
const roomVariable = 'INTERREGNUM_DISK_FULL'

/**
 * A library that stands before the system's: `fsync` and `fdatasync` answer `EIO` while a file
 * exists, and while another one does, whatever makes a file grow answers `ENOSPC`; what has its
 * place on the disk can be written again. The names of both are copied at the start: PostgreSQL
 * writes its titles over the environment.
 */
const source = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static char syncs[4096];
static char room[4096];

static void copy(char *to, const char *name) {
  const char *given = getenv(name);
  if (given != NULL && strlen(given) < 4096) strcpy(to, given);
}

__attribute__((constructor)) static void begin(void) {
  copy(syncs, "${switchVariable}");
  copy(room, "${roomVariable}");
}

static int fails(const char *path, int code) {
  int before = errno;
  int found = path[0] != 0 && access(path, F_OK) == 0;
  errno = found ? code : before;
  return found;
}

int fsync(int file) { return fails(syncs, EIO) ? -1 : (int)syscall(SYS_fsync, file); }
int fdatasync(int file) { return fails(syncs, EIO) ? -1 : (int)syscall(SYS_fdatasync, file); }

static off64_t sum(const struct iovec *from, int count) {
  off64_t bytes = 0;
  for (int index = 0; index < count; index += 1) bytes += (off64_t)from[index].iov_len;
  return bytes;
}

/* An offset below zero: where the next write of the file goes. */
static int grows(int file, off64_t offset, off64_t bytes) {
  struct stat64 seen;
  int before = errno;
  int is_file = fstat64(file, &seen) == 0 && S_ISREG(seen.st_mode);
  int appends = is_file && offset < 0 && (fcntl(file, F_GETFL) & O_APPEND) != 0;
  off64_t start = offset >= 0 ? offset : appends ? seen.st_size : lseek64(file, 0, SEEK_CUR);
  errno = before;
  return is_file && start + bytes > seen.st_size;
}

#define NO_ROOM(offset, bytes) (room[0] != 0 && grows(file, offset, bytes) && fails(room, ENOSPC))
#define WRITES(type, name, taken, given, offset, bytes, failure)          \\
  type name taken {                                                       \\
    static type(*next) taken;                                             \\
    if (next == NULL) next = (type(*) taken)dlsym(RTLD_NEXT, #name);      \\
    return NO_ROOM(offset, bytes) ? failure : next given;                 \\
  }
#define WRITES_AT(name)                                                                 \\
  WRITES(ssize_t, name, (int file, const void *from, size_t count, off64_t offset),     \\
         (file, from, count, offset), offset, (off64_t)count, -1)
#define WRITES_ALL_AT(name)                                                             \\
  WRITES(ssize_t, name, (int file, const struct iovec *from, int count, off64_t offset), \\
         (file, from, count, offset), offset, sum(from, count), -1)
#define ALLOCATES(name)                                                                 \\
  WRITES(int, name, (int file, off64_t offset, off64_t bytes), (file, offset, bytes),   \\
         offset, bytes, ENOSPC)

WRITES(ssize_t, write, (int file, const void *from, size_t count), (file, from, count), -1,
       (off64_t)count, -1)
WRITES(ssize_t, writev, (int file, const struct iovec *from, int count), (file, from, count), -1,
       sum(from, count), -1)
WRITES_AT(pwrite)
WRITES_AT(pwrite64)
WRITES_ALL_AT(pwritev)
WRITES_ALL_AT(pwritev64)
ALLOCATES(posix_fallocate)
ALLOCATES(posix_fallocate64)
`

/**
 * The environment of a program whose syncs can be made to fail.
 *
 * @param room - The file that leaves no room on its disk; none by default.
 */
export function syncEnvironment(
  library: string,
  file: string,
  room?: string,
): Readonly<Record<string, string>> {
  return {
    ...{ LD_PRELOAD: library, [switchVariable]: file },
    ...(room === undefined ? {} : { [roomVariable]: room }),
  }
}

/**
 * Compiles the library into a folder.
 *
 * @throws WorldError where this is no Linux, or has no C compiler.
 */
export async function buildFailingSyncs(folder: string): Promise<string> {
  if (process.platform !== 'linux') throw new WorldError('it takes Linux')
  const library = join(folder, 'failing-syncs.so')
  const options = ['-shared', '-fPIC', '-O1', '-x', 'c', '-o', library, '-', '-ldl']
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

/** The switches of one Region whose flags are files of this machine. */
export function diskSwitches(
  syncs: string,
  room: string,
): Required<Pick<RegionLifecycle, 'failSyncs' | 'mendSyncs' | 'fillDisk' | 'freeDisk'>> {
  return {
    failSyncs: () => writeFile(syncs, ''),
    mendSyncs: () => rm(syncs, { force: true }),
    fillDisk: () => writeFile(room, ''),
    freeDisk: () => rm(room, { force: true }),
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
