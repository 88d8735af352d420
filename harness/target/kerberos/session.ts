import { join } from 'node:path'
import { WorldError } from '../../kernel/errors.ts'
import { invariant } from '../../kernel/invariant.ts'
import { millis } from '../../kernel/time.ts'
import type { RunningStack, TargetPorts, TargetSession } from '../contract.ts'
import { keyedDigest } from '../jwks-snapshots.ts'
import type { Address } from '../region-addresses.ts'
import { regionOfRole } from '../region-of-role.ts'
import { replicaFollows } from '../replica-follows.ts'
import { runSecrets } from '../secrets.ts'
import { kerberosClient } from './client.ts'
import { findKerberos } from './find-kerberos.ts'
import { Programs, Slots } from './programs.ts'
import { admin, realm } from './topology.ts'

const requestDurationMax = millis(10_000)

/** What a supervisor tells over the control channel. */
interface Credentials {
  readonly adminPassword: string
  readonly clientFolder: string
}

/**
 * Waits until the replica has a propagation, and signs the administrator in past every link.
 *
 * @throws WorldError if the replica gets none in time, or the administrator no ticket.
 */
export async function prepareSession(
  stack: RunningStack,
  ports: TargetPorts,
): Promise<TargetSession> {
  const paths = findKerberos()
  if (paths === undefined) {
    throw new WorldError('MIT Kerberos is not installed', {
      hint: 'Debian: apt-get install krb5-kdc krb5-admin-server krb5-kpropd krb5-user',
    })
  }
  const primary = regionOfRole(stack, 'primary')
  await replicaFollows(stack, { withinMillis: ports.plan.limits.regionReadyMillisMax })
  const told = (await primary.control.command('credentials', null)) as unknown as Credentials
  const slots = new Slots()
  let clients = 0
  const programsAt = (address: Address): Programs => {
    clients += 1
    const folder = join(told.clientFolder, String(clients))
    return new Programs({ paths, folder, address, slots })
  }
  const direct = primary.addresses?.direct()
  invariant(direct !== undefined, `Region ${primary.name} has no address to connect to`)
  const signal = stack.clock.timeout(requestDurationMax)
  const adminTickets = await administratorTickets(programsAt(direct), told, signal)
  const { digestKey, random } = ports
  const shared = {
    secrets: runSecrets(random),
    wall: stack.wall,
    adminTickets,
    digestOf: (tickets: Uint8Array) =>
      keyedDigest(digestKey, Buffer.from(tickets).toString('base64')),
  }
  return {
    connect: ({ name, addresses }) => {
      invariant(addresses !== undefined, `Region ${name} has no address to connect to`)
      return kerberosClient({ ...shared, programs: programsAt(addresses.overLink) })
    },
  }
}

/** Signs the administrator in, for the administration service alone. */
function administratorTickets(
  programs: Programs,
  { adminPassword }: Credentials,
  signal: AbortSignal,
): Promise<Uint8Array> {
  return programs.withCache(undefined, async (cache, read) => {
    const argv = ['-S', `kadmin/admin@${realm}`, '-c', cache, admin]
    const ran = await programs.run('kinit', argv, { input: `${adminPassword}\n`, signal })
    if (ran.ok) return read()
    throw new WorldError(`set-up: the administrator got no ticket: ${ran.cut ?? ran.err.trim()}`)
  })
}
