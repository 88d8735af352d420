import { readFileSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { exitCodes, InterregnumError, UsageError } from '../kernel/errors.ts'
import { type LinkProxyOptions, startLinkProxy } from './link-proxy.ts'

export { type LinkProxyOptions, type RunningLinkProxy, startLinkProxy } from './link-proxy.ts'

/** The one line that a link proxy under standard-input control writes to its standard output. */
export interface LinkProxyReady {
  readonly type: 'ready'
  readonly apiPort: number
}

/** How to run the link proxy as a process of its own. */
export interface LinkProxyProcessOptions extends LinkProxyOptions {
  /** Print {@link LinkProxyReady} and end when standard input ends. */
  readonly stdio?: boolean
}

/**
 * Runs the link proxy until it is told to end: by the end of standard input with `stdio`, otherwise
 * by SIGINT or SIGTERM. Resolves when everything is closed.
 */
export async function runLinkProxy(options: LinkProxyProcessOptions = {}): Promise<void> {
  const running = await startLinkProxy(options)
  const ended = options.stdio === true ? endOfInput() : endBySignal()
  if (options.stdio === true) {
    const ready: LinkProxyReady = { type: 'ready', apiPort: running.apiPort }
    process.stdout.write(`${JSON.stringify(ready)}\n`)
  } else {
    process.stderr.write(
      `link proxy: HTTP API on http://${options.host ?? '127.0.0.1'}:${running.apiPort}\n`,
    )
  }
  await ended
  await running.close()
}

function endOfInput(): Promise<void> {
  // An interrupt reaches the whole process group; the owner still needs the links to clean up.
  process.on('SIGINT', () => {})
  process.stdout.on('error', () => {})
  return new Promise((resolve) => {
    process.on('SIGTERM', () => resolve())
    for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => resolve())
    process.stdin.resume()
  })
}

function endBySignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

async function main(): Promise<void> {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '0' },
        host: { type: 'string', default: '127.0.0.1' },
        seed: { type: 'string', default: '0' },
        stdio: { type: 'boolean', default: false },
        exposed: { type: 'boolean', default: false },
        config: { type: 'string' },
      },
    })
    const { host, seed, stdio, exposed, config } = values
    const populate = config === undefined ? {} : { populate: readConfiguration(config) }
    await runLinkProxy({ port: Number(values.port), host, seed, stdio, exposed, ...populate })
    process.exitCode = exitCodes.pass
  } catch (error) {
    const known = InterregnumError.is(error) ? error : undefined
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    if (known?.hint !== undefined) process.stderr.write(`Hint: ${known.hint}\n`)
    process.exitCode = known?.exitCode ?? new UsageError('').exitCode
  }
  // Nothing may keep a proxy alive that its owner left.
  process.exit()
}

/** What Toxiproxy takes as `-config`: a list of proxies. */
function readConfiguration(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new UsageError(`--config: ${path} is no JSON file that can be read`, { cause })
  }
}

const started = process.argv[1]
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) await main()
