import { WorldError } from '../../../kernel/errors.ts'
import type { EngineRuntime } from '../engine-runtime.ts'
import type { ProjectContainer } from './compose-project.ts'

/** Where a container is told the token of its control channel. */
const variable = 'INTERREGNUM_CONTROL_TOKEN'

/** Longest archive that is read for it. */
const archiveBytesMax = 65_536

/** An archive is made of blocks: a header, then what it is of. */
const blockBytes = 512

/**
 * The token that opens the control channel of a Region: from its environment, or read through the
 * engine from the file that this names. It is a secret.
 *
 * @throws WorldError if the Region has none, or the file cannot be read.
 */
export async function readControlToken(
  { docker }: EngineRuntime,
  { id, service, environment }: ProjectContainer,
): Promise<string> {
  const own = environment[variable]
  if (own !== undefined && own !== '') return own
  const path = environment[`${variable}_FILE`]
  if (path === undefined) throw new WorldError(`${service} has no control channel`)
  const archive = await docker
    .getContainer(id)
    .getArchive({ path })
    .then(readAll, (cause: unknown) => {
      throw new WorldError(`${path} of ${service} cannot be read through the engine`, { cause })
    })
  const token = onlyFile(archive).trim()
  if (token === '') throw new WorldError(`${path} of ${service} holds no token`)
  return token
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    length += (chunk as Buffer).length
    if (length > archiveBytesMax) throw new WorldError('a token file is too long')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

/**
 * The text of the first file of a tar archive; empty if there is none. A header says its kind at
 * byte 156 and the length of what follows, in octal, at byte 124.
 */
export function onlyFile(archive: Buffer): string {
  let at = 0
  while (at + blockBytes <= archive.length) {
    const length = Number.parseInt(archive.toString('latin1', at + 124, at + 136), 8) || 0
    const begin = at + blockBytes
    if (fileKinds.has(archive[at + 156])) return archive.toString('utf8', begin, begin + length)
    at = begin + Math.ceil(length / blockBytes) * blockBytes
  }
  return ''
}

/** `0`, and in old archives a byte of zero. */
const fileKinds: ReadonlySet<number | undefined> = new Set([0x30, 0x00])
