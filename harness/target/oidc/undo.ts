import { readFileSync } from 'node:fs'
import { undiciHttpClient } from '../../http/undici-client.ts'
import { systemClock } from '../../kernel/clock.ts'
import type { ServiceUndo } from '../../ledger/service.ts'
import { readSecret } from '../remote-topology.ts'
import { madeUsers, removeMadeUsers } from './made-users.ts'
import { withHost } from './with-host.ts'

/**
 * Removes the users and groups that a run which is gone had made over SCIM. It needs the variable
 * that held the token of the run.
 */
export const undoService: ServiceUndo['undoService'] = async (detail, signal) => {
  const made = madeUsers.parse(detail)
  const { origin, host, path, tokenFrom, certificateAuthority } = made
  const token = readSecret({ environment: tokenFrom }, 'target.scim.token')
  const secure =
    certificateAuthority === undefined ? {} : { secure: { ca: readFileSync(certificateAuthority) } }
  await using direct = undiciHttpClient(origin, secure)
  const http = withHost(direct, host)
  const caller = { http, service: { path, token }, clock: systemClock(), signal }
  // Awaited here: the connections are closed behind it.
  return await removeMadeUsers(made, caller)
}
