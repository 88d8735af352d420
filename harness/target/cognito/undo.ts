import { undiciHttpClient } from '../../http/undici-client.ts'
import { systemClock } from '../../kernel/clock.ts'
import type { ServiceUndo } from '../../ledger/service.ts'
import { Caller } from './caller.ts'
import { cognitoApi } from './cognito-api.ts'
import { madeThings, removeMadeThings } from './made-things.ts'
import { loadSdkLibrary } from './sdk-library.ts'

/**
 * Removes what a run that is gone had made: its users and groups, or its pool. It needs the
 * credentials that the run had.
 */
export const undoService: ServiceUndo['undoService'] = async (detail, signal) => {
  const made = madeThings.parse(detail)
  const { region, endpoint } = made
  await using http = undiciHttpClient(new URL(endpoint).origin)
  const api = cognitoApi(await loadSdkLibrary(), { region, endpoint, http })
  // Awaited here: the connections are closed behind it.
  return await removeMadeThings(made, new Caller(api, region, systemClock(), signal))
}
