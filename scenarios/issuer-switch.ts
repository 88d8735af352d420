import { type ScenarioContext, type SignedIn, seconds } from 'interregnum'
import { visit } from './visitors.ts'

/** An access token lives an hour. */
const tokensExpire = seconds(3_700)

/**
 * Users visit applications with tokens of the old issuer and, after the switch, of the new one, of
 * both Regions, until the old ones have expired.
 */
export async function switchIssuerUnderVisitors({
  primary,
  replica,
  relyingParties,
  workload,
  nemesis,
  clients,
  timeTravel,
}: ScenarioContext): Promise<void> {
  const users = await workload.bystanders(3)
  const visitAll = async (sessions: readonly SignedIn[]): Promise<void> => {
    for (const { name } of relyingParties) {
      for (const session of sessions) await workload.attempt(visit(session, name, 'token-probe'))
    }
  }
  const old = await workload.signIn(users.slice(0, 1), primary.name)
  await visitAll(old)
  await workload.attempt({
    ...{ function: 'switch-issuer', user: 'operator', to: primary.name },
    ...{ purpose: 'workload', arguments: {} },
  })
  await workload.replicated()
  const next = await workload.signIn(users.slice(1, 2), primary.name)
  await visitAll([...old, ...next])

  const lost = await nemesis.inject('region-loss', { region: primary.name })
  await clients.failover()
  const elsewhere = await workload.signIn(users.slice(2, 3), replica.name)
  await visitAll([...old, ...next, ...elsewhere])
  await lost.heal()
  await clients.failback()
  await timeTravel.advance(tokensExpire)
  await visitAll(old)
  await visitAll(await workload.signIn(users.slice(0, 1), primary.name))
}
