import { WorldError } from '../../kernel/errors.ts'
import { textOfFrames } from './container-life.ts'
import type { PlacedContainer } from './placed-container.ts'

/**
 * Runs a command in a running container to its end; what it wrote.
 *
 * @throws WorldError with what it wrote if it fails.
 */
export async function runInContainer(
  { container, name }: Pick<PlacedContainer, 'container' | 'name'>,
  command: readonly string[],
): Promise<string> {
  const exec = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true })
  const stream = await exec.start({})
  const said: Buffer[] = []
  await new Promise<void>((resolve, reject) => {
    stream.on('data', (bytes: Buffer) => said.push(bytes))
    stream.once('error', reject)
    stream.once('end', resolve)
  })
  const { ExitCode } = await exec.inspect()
  if (ExitCode === 0) return textOfFrames(Buffer.concat(said))
  throw new WorldError(
    `a command in ${name} ended with ${ExitCode}: ${textOfFrames(Buffer.concat(said))}`,
  )
}
