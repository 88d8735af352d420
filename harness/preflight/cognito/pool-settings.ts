import type { UserPoolType } from '@aws-sdk/client-cognito-identity-provider'
import type { PreflightCheck } from '../check.ts'
import { differingFields, Looking } from './looking.ts'
import type { PoolPair } from './pool-pair.ts'

/** Fields that a Region has for itself, that change all the time, or that other checks look at. */
const apart: ReadonlySet<string> = new Set([
  'Arn',
  'CreationDate',
  'Domain',
  'EmailConfiguration',
  'EmailConfigurationFailure',
  'EstimatedNumberOfUsers',
  'IssuerConfiguration',
  'KeyConfiguration',
  'LambdaConfig',
  'LastModifiedDate',
  'SmsConfiguration',
  'SmsConfigurationFailure',
  'Status',
  'UserPoolTags',
])

/** What replicates is the same in both Regions. */
export const poolSettings: PreflightCheck<PoolPair> = {
  id: 'pool-settings',
  what: 'Every setting of the pool that replicates is the same in both Regions.',
  why: 'A difference that stays says that replication does not keep up: users and credentials may be missing, too.',
  requirements: ['RP-03'],
  severity: 'error',
  remedy:
    'Look again after some minutes; if it stays, ask AWS Support about the replication of this pool.',
  look: async (pair) => {
    const looking = new Looking()
    const [primary, secondary] = [await pair.pool('primary'), await pair.pool('secondary')]
    const [left, right] = [replicated(primary), replicated(secondary)]
    const names = differingFields(left, right)
    for (const name of names) {
      const regions = `${pair.region('primary')} and ${pair.region('secondary')}`
      looking.found(name, `${name} differs between ${regions}.`)
    }
    const count = new Set([...Object.keys(left), ...Object.keys(right)]).size
    looking.saw(`${count - names.length} of ${count} settings that replicate are the same.`)
    return looking.seen
  },
}

function replicated(pool: UserPoolType): object {
  return Object.fromEntries(
    Object.entries(pool).filter(([name, value]) => !apart.has(name) && value !== undefined),
  )
}
