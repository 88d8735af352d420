import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { need } from '../kernel/testing/need.ts'
import { removeSharedMemory, sharedMemoryOf } from './shared-memory.ts'

// Goal: a process that is killed leaves no shared memory. Method: a real one, made by Perl.

const program = `
use IPC::SharedMem; use IPC::SysV qw(IPC_PRIVATE S_IRUSR S_IWUSR); $| = 1;
my $memory = IPC::SharedMem->new(IPC_PRIVATE, 56, S_IRUSR | S_IWUSR);
$memory->attach; print $memory->id, "\\n"; sleep 60;`

test('what a killed process shared is removed, and not while it lives', async (context) => {
  const child = spawn('perl', ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] })
  const started = await Promise.race([
    once(child.stdout, 'data').then(([bytes]) => Number(String(bytes))),
    once(child, 'exit').then(() => undefined),
    once(child, 'error').then(() => undefined),
  ])
  const id = need(context, 'perl with IPC::SharedMem on Linux', started)
  const found = sharedMemoryOf(child.pid ?? 0)
  expect(found).toEqual([id])
  expect(await removeSharedMemory(found)).toEqual({
    removed: [],
    remaining: [`shared memory ${id} is in use`],
  })
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(await removeSharedMemory(found)).toEqual({
    removed: [`shared memory ${id}`],
    remaining: [],
  })
  expect(await removeSharedMemory(found)).toEqual({ removed: [], remaining: [] })
})
