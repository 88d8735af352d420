import { spawn } from 'node:child_process'
import { WorldError } from '../../kernel/errors.ts'
import type { RunningProgram } from '../program.ts'

/** Most characters of its standard error that are kept. */
const wordsMax = 16_384

/**
 * Starts a program of the user's outside every run, in a process group of its own: whoever cleans
 * after a run that was killed has no world to start it in.
 *
 * @param folder - Its working folder.
 * @throws WorldError if the operating system starts none.
 */
export async function startAlone(
  [program = '', ...given]: readonly string[],
  folder: string,
): Promise<RunningProgram> {
  const child = spawn(program, given, { cwd: folder, detached: true, stdio: 'pipe' })
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = `${words}${text}`.slice(-wordsMax)
  })
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {})
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause) =>
      reject(new WorldError(`${program} could not be started: ${cause.message}`, { cause })),
    )
  })
  const pid = child.pid ?? 0
  return {
    pid,
    input: child.stdin,
    output: child.stdout,
    exited,
    lastWords: async () => words,
    kill: async () => {
      try {
        process.kill(-pid, 'SIGKILL')
      } catch {
        // Nobody of its group is left.
      }
      await exited
    },
  }
}
