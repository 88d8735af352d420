import { request } from 'node:http'
import { systemClock } from '../../kernel/clock.ts'
import { millis } from '../../kernel/time.ts'
import { callEngine, findEngine } from '../engine.ts'

/** How long one step may take on a machine that has much to do. */
const millisMax = 30_000

/** The engine of this machine for tests; undefined where none answers. */
export async function engineForTests(): Promise<string | undefined> {
  const { address, version } = await findEngine()
  return version === undefined || address?.startsWith('unix://') !== true ? undefined : address
}

/** An image without a file, made here: no registry is asked. Its id. */
export async function emptyImage(engine: string, labels: Readonly<Record<string, string>>) {
  const changes = Object.entries(labels)
    .map(([name, value]) => `&changes=${encodeURIComponent(`LABEL ${name}=${value}`)}`)
    .join('')
  // Two blocks of zeros are the end of an archive: an empty one.
  const answer = await send(engine, `/images/create?fromSrc=-${changes}`, Buffer.alloc(1_024))
  const id = /sha256:[0-9a-f]{64}/.exec(answer)?.[0]
  if (id === undefined) throw new Error(`the engine made no image: ${answer}`)
  return id
}

/** Folders of this machine that give a container its programs. */
const programs = ['/usr', '/bin', '/lib', '/lib64'].map((path) => `${path}:${path}:ro`)

/** A container that sleeps, with programs of this machine; not started yet. Its id. */
export async function sleepingContainer(
  engine: string,
  options: {
    readonly image: string
    readonly name: string
    readonly labels: Readonly<Record<string, string>>
    readonly network?: string
    readonly volume?: string
  },
): Promise<string> {
  const { image, name, labels, network = 'none', volume } = options
  const binds = volume === undefined ? programs : [...programs, `${volume}:/data`]
  return create(engine, `/containers/create?name=${name}`, {
    Image: image,
    Cmd: ['/bin/sleep', '600'],
    Labels: labels,
    HostConfig: { NetworkMode: network, Binds: binds },
  })
}

/** Creates what is described; its id or name. */
export async function create(engine: string, path: string, description: object): Promise<string> {
  const body = Buffer.from(JSON.stringify(description))
  const answer = JSON.parse(await send(engine, path, body)) as { Id?: string; Name?: string }
  const id = answer.Id ?? answer.Name
  if (id === undefined) throw new Error(`${path}: ${JSON.stringify(answer)}`)
  return id
}

/** Starts a container. */
export async function startContainer(engine: string, id: string): Promise<void> {
  await callEngine(engine, 'POST', `/containers/${id}/start`, millisMax)
}

function send(engine: string, path: string, body: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        socketPath: engine.slice('unix://'.length),
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json', 'content-length': body.length },
        signal: systemClock().timeout(millis(millisMax)),
      },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (part: string) => {
          text += part
        })
        answer.on('end', () => resolve(text))
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
}
