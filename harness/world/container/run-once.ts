import { randomBytes } from 'node:crypto'
import { WorldError } from '../../kernel/errors.ts'
import { textOfFrames } from './container-life.ts'
import type { EngineRuntime } from './engine-runtime.ts'
import type { RunObjects } from './run-objects.ts'

/** A container that does one thing and ends. */
export interface OneTask {
  /** What it does, for the ledger and for messages. */
  readonly owner: string
  /** Tells it apart in the engine. */
  readonly word: string
  readonly image: string
  /** A program and its parameters, as root. */
  readonly command: readonly string[]
  /** Of the engine's API: networks, capabilities, what it mounts. */
  readonly hostConfig: Readonly<Record<string, unknown>>
}

/**
 * Runs a command in a container of its own to its end and removes the container.
 *
 * @throws WorldError with what the command wrote if it fails.
 */
export async function runOnce(
  { docker }: EngineRuntime,
  objects: RunObjects,
  { owner, word, image, command, hostConfig }: OneTask,
): Promise<void> {
  const name = objects.nameOf(word, randomBytes(3).toString('hex'))
  const made = await objects.make({
    kind: 'container',
    owner,
    name,
    create: async () => {
      const created = await docker.createContainer({
        name,
        Image: image,
        Labels: { ...objects.labels },
        User: 'root',
        Entrypoint: [...command],
        Cmd: [],
        HostConfig: { ...hostConfig },
      })
      return created.id
    },
    remove: (id) => docker.getContainer(id).remove({ force: true, v: true }),
  })
  try {
    const container = docker.getContainer(made.id)
    await container.start()
    const { StatusCode } = (await container.wait()) as { readonly StatusCode: number }
    if (StatusCode === 0) return
    const log = await container.logs({ stdout: true, stderr: true, tail: 20 })
    const words = textOfFrames(log as unknown as Buffer).trim()
    throw new WorldError(`${owner}: ended with ${StatusCode}${words === '' ? '' : `: ${words}`}`)
  } finally {
    await made.remove()
  }
}
