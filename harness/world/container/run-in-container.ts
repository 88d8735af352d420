import { WorldError } from '../../kernel/errors.ts'
import type { PlacedContainer } from './placed-container.ts'

/** Runs a command in a running container to its end. @throws WorldError with what it wrote. */
export async function runInContainer(
  { container, name }: PlacedContainer,
  command: readonly string[],
): Promise<void> {
  const exec = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true })
  const stream = await exec.start({})
  const said: Buffer[] = []
  await new Promise<void>((resolve, reject) => {
    stream.on('data', (bytes: Buffer) => said.push(bytes))
    stream.once('error', reject)
    stream.once('end', resolve)
  })
  const { ExitCode } = await exec.inspect()
  if (ExitCode === 0) return
  throw new WorldError(
    `a command in ${name} ended with ${ExitCode}: ${Buffer.concat(said).toString('utf8')}`,
  )
}
