import { readFileSync } from 'node:fs'
import type { HttpClient } from '../../http/http.ts'
import { undiciHttpClient } from '../../http/undici-client.ts'
import { systemClock } from '../../kernel/clock.ts'
import type { ServiceUndo } from '../../ledger/service.ts'
import { readSecret } from '../remote-topology.ts'
import { madeUsers, removeInBothRegions, type ScimCaller } from './made-users.ts'
import { withHost } from './with-host.ts'

/**
 * Removes the users and groups that a run which is gone had made over SCIM. It needs the variable
 * that held the token of the run.
 */
export const undoService: ServiceUndo['undoService'] = async (detail, signal) => {
  const made = madeUsers.parse(detail)
  const { host, path, tokenFrom, replicaOrigin } = made
  const service = { path, token: readSecret({ environment: tokenFrom }, 'target.scim.token') }
  await using primary = clientAt(made.origin, made.certificateAuthority)
  await using replica = clientAt(replicaOrigin ?? made.origin, made.replicaCertificateAuthority)
  const caller = (direct: HttpClient): ScimCaller => ({
    ...{ http: withHost(direct, host), service, clock: systemClock(), signal },
  })
  const other = replicaOrigin === undefined ? undefined : caller(replica)
  // Awaited here: the connections are closed behind it.
  return await removeInBothRegions(made, caller(primary), other)
}

function clientAt(origin: string, authority: string | undefined): HttpClient & AsyncDisposable {
  const secure = authority === undefined ? {} : { secure: { ca: readFileSync(authority) } }
  return undiciHttpClient(origin, secure)
}
