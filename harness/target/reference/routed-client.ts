import type { RegionName } from '../../history/operation.ts'
import type { HttpClient } from '../../http/http.ts'
import type { IdentityClient } from '../contract.ts'
import { referenceClient } from './client.ts'
import type { OperationContext } from './operation-handler.ts'

/** The header in which the global endpoint names the Region that answered. */
const servedByHeader = 'x-served-by'

/** Talks to whichever Region the global endpoint leads to, and says which one answered. */
export function routedClient(http: HttpClient, context: OperationContext): IdentityClient {
  return {
    perform: async (operation, signal) => {
      let servedBy: RegionName | undefined
      const observing: HttpClient = {
        send: async (request, deadline) => {
          const answer = await http.send(request, deadline)
          servedBy = answer.headers[servedByHeader]
          return answer
        },
      }
      const outcome = await referenceClient(observing, context).perform(operation, signal)
      return servedBy === undefined ? outcome : { ...outcome, servedBy }
    },
  }
}
