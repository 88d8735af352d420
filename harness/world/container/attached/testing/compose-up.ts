import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from '../../../../kernel/paths.ts'
import { noLedger } from '../../../../ledger/ledger.ts'
import { freePorts } from '../../../free-ports.ts'
import { imageOf } from '../../images.ts'
import { prepareContainers } from '../../prepare-containers.ts'

const run = promisify(execFile)

/** Longest that one command of compose may take. */
const millisMax = 300_000

/** Ports of docker-compose.yml that are fixed where nobody says another. */
const ports = [
  ...['TOXIPROXY', 'ROUTER', 'PRIMARY', 'REPLICA', 'REPLICATION'],
  ...['PRIMARY_CONTROL', 'REPLICA_CONTROL', 'PRIMARY_DIRECT', 'REPLICA_DIRECT'],
  ...['POSTGRES_PRIMARY', 'POSTGRES_REPLICA'],
]

/** A stack of docker-compose.yml, without its router. */
export interface UpProject extends AsyncDisposable {
  readonly name: string
  /** `docker-compose` with these arguments; what it wrote. */
  compose(...argv: string[]): Promise<string>
}

/** The version of docker-compose; undefined where there is none. */
export async function composeVersion(): Promise<string | undefined> {
  return run('docker-compose', ['version', '--short']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
}

/** Brings two Regions up under a name and on ports of their own, with our proxy in front. */
export async function composeUp(): Promise<UpProject> {
  await prepareContainers(noLedger(), ['region', 'link-proxy', 'postgres'])
  const name = `interregnum-test-${randomBytes(3).toString('hex')}`
  const free = await freePorts(ports.length)
  const chosen = ports.map((port, index) => [`INTERREGNUM_${port}_PORT`, String(free[index])])
  const env = {
    ...process.env,
    ...Object.fromEntries(chosen),
    INTERREGNUM_PROXY_IMAGE: imageOf('link-proxy'),
  }
  const compose = async (...argv: string[]): Promise<string> => {
    const file = join(packageRoot, 'docker-compose.yml')
    const parameters = ['-p', name, '-f', file, ...argv]
    return (await run('docker-compose', parameters, { env, timeout: millisMax })).stdout
  }
  const down = async (): Promise<void> => void (await compose('down', '-v', '-t', '1'))
  try {
    await compose('up', '-d', '--no-build', 'identity-primary', 'identity-replica')
  } catch (error) {
    await down()
    throw error
  }
  return { name, compose, [Symbol.asyncDispose]: down }
}
