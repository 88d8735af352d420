import { WorldError } from '../../kernel/errors.ts'
import { invariant } from '../../kernel/invariant.ts'
import { millis } from '../../kernel/time.ts'
import type { RunningStack, TargetPorts, TargetSession } from '../contract.ts'
import { regionOfRole } from '../region-of-role.ts'
import { replicaFollows } from '../replica-follows.ts'
import { runSecrets } from '../secrets.ts'
import { openldapClient } from './client.ts'
import { firstEntries } from './directory.ts'
import { loadLdapLibrary } from './ldap-library.ts'
import { ServiceConnection } from './service-connection.ts'
import { maxFailure } from './topology.ts'

const requestDurationMax = millis(5_000)

/** What a supervisor tells over the control channel. */
interface Credentials {
  readonly servicePassword: string
  readonly replicatorPassword: string
}

/**
 * Fills an empty directory over connections that no fault disturbs, and waits until the consumer
 * has all of it.
 *
 * @throws WorldError if an entry is refused or the consumer does not follow in time.
 */
export async function prepareSession(
  stack: RunningStack,
  ports: TargetPorts,
): Promise<TargetSession> {
  const library = await loadLdapLibrary()
  const primary = regionOfRole(stack, 'primary')
  const told = (await primary.control.command('credentials', null)) as unknown as Credentials
  const { servicePassword, replicatorPassword } = told
  const direct = new ServiceConnection(library, () => primary.addresses?.direct(), servicePassword)
  for (const [dn, entry] of firstEntries(replicatorPassword, maxFailure)) {
    const added = await direct.request(
      (client) => client.add(dn, entry),
      stack.clock.timeout(requestDurationMax),
    )
    if (!added.ok) throw new WorldError(`set-up: ${primary.name} answered ${added.code} to ${dn}`)
  }
  direct.close()
  await replicaFollows(stack, { withinMillis: ports.plan.limits.regionReadyMillisMax })
  const secrets = runSecrets(ports.random)
  const shared = { library, secrets, wall: stack.wall, tokenHolders: new Set<string>() }
  const services: ServiceConnection[] = []
  return {
    connect: ({ name, addresses }) => {
      invariant(addresses !== undefined, `Region ${name} has no address to connect to`)
      const address = addresses.overLink
      const service = new ServiceConnection(library, () => address, servicePassword)
      services.push(service)
      return openldapClient({ ...shared, address, service })
    },
    // A server that is asked to stop waits for connections that are open.
    close: async () => {
      for (const service of services.splice(0)) service.close()
    },
  }
}
