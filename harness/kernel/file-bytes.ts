import { readFileSync, statSync } from 'node:fs'

/**
 * The bytes of a file that a user named. A pipe or a device is refused: whoever opens a pipe waits,
 * past every signal, until somebody writes to it.
 *
 * @param bytesMax - The largest file that is read.
 * @throws Error that says why it cannot be read.
 */
export function fileBytes(path: string, bytesMax: number): Buffer {
  const found = statSync(path)
  if (found.isDirectory()) throw new Error('it is a folder')
  if (!found.isFile()) throw new Error('it is a pipe or a device, and no regular file')
  if (found.size > bytesMax) {
    throw new Error(`it has ${found.size} bytes, at most ${bytesMax} are read`)
  }
  return readFileSync(path)
}
