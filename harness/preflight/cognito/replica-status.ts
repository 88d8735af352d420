import type { UserPoolReplicaType } from '@aws-sdk/client-cognito-identity-provider'
import type { PreflightCheck } from '../check.ts'
import { Looking } from './looking.ts'
import type { PoolPair, Side } from './pool-pair.ts'
import { everyReplica, sides } from './pool-pair.ts'

/** There is a replica, it is active, and both Regions say so. */
export const replicaStatus: PreflightCheck<PoolPair> = {
  id: 'replica-status',
  what: 'The user pool has a replica that is ACTIVE, and both Regions say so.',
  why: 'A replica that is not ACTIVE refuses every sign-in, also while the primary is gone.',
  requirements: ['LC-05', 'LC-07', 'OP-03'],
  severity: 'error',
  remedy: 'Create the replica (CreateUserPoolReplica) and activate it (UpdateUserPoolReplica).',
  look: async (pair) => {
    const looking = new Looking()
    const listed = await replicasAt(pair, 'primary')
    const replica = listed.find(({ Role }) => Role === 'SECONDARY')
    if (replica === undefined) {
      looking.found('replica', `${pair.options.poolId} has no replica.`)
      return looking.seen
    }
    for (const side of sides) {
      await looking.part(async () => {
        const at = pair.region(side)
        const told = (await replicasAt(pair, side)).find(({ Role }) => Role === 'SECONDARY')
        const status = told?.Status ?? 'unknown'
        const where = `${told?.RegionName ?? 'the replica'} is ${status}, as ${at} tells`
        if (status === 'ACTIVE' && told?.RegionName === pair.region('secondary')) {
          looking.saw(`The replica in ${where}.`)
        } else looking.found(`status at the ${side}`, `The replica in ${where}.`)
      })
    }
    return looking.seen
  },
}

async function replicasAt(pair: PoolPair, side: Side): Promise<readonly UserPoolReplicaType[]> {
  return everyReplica(pair.options.poolId, pair.region(side), (input) =>
    pair.read(side, 'cognito-idp:ListUserPoolReplicas', input),
  )
}
