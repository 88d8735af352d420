import type { UserPoolType } from '@aws-sdk/client-cognito-identity-provider'
import type { PreflightCheck } from '../check.ts'
import { Unseen } from '../check.ts'
import { differencesOf, differenceText } from './differences.ts'
import { Looking } from './looking.ts'
import type { PoolPair, Side } from './pool-pair.ts'

/** Fields that a Region has for itself, that change all the time, or that other checks look at. */
const apart: ReadonlySet<string> = new Set([
  'Arn',
  'CreationDate',
  'CustomDomain',
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
  what: 'Every setting of the pool that replicates is the same in both Regions, its factors among them.',
  why: 'A difference that stays says that replication does not keep up: users and credentials may be missing, too.',
  requirements: ['RP-03'],
  severity: 'error',
  remedy:
    'Look again after some minutes; if it stays, ask AWS Support about the replication of this pool.',
  look: async (pair) => {
    const looking = new Looking()
    await looking.part(async () => {
      const [left, right] = [await pair.pool('primary'), await pair.pool('secondary')]
      compare(looking, pair, 'settings', replicated(left), replicated(right))
    })
    await looking.part(async () => {
      const [left, right] = [await factorsAt(pair, 'primary'), await factorsAt(pair, 'secondary')]
      compare(looking, pair, 'settings of factors', left, right)
    })
    return looking.seen
  },
}

function compare(
  looking: Looking,
  pair: PoolPair,
  kind: string,
  left: object,
  right: object,
): void {
  const differences = differencesOf(left, right)
  for (const difference of differences) {
    const told = differenceText(difference, pair.region('primary'), pair.region('secondary'))
    looking.found(difference.path, `${told}.`)
  }
  const names = new Set([...Object.keys(left), ...Object.keys(right)])
  const differing = new Set(differences.map(({ path }) => path.split('.')[0]))
  looking.saw(`${names.size - differing.size} of ${names.size} ${kind} are the same.`)
}

function replicated(pool: UserPoolType): object {
  return Object.fromEntries(
    Object.entries(pool).filter(([name, value]) => !apart.has(name) && value !== undefined),
  )
}

/** What the pool itself does not say. By which role messages are sent is a Region's own. */
async function factorsAt(pair: PoolPair, side: Side): Promise<object> {
  const UserPoolId = pair.options.poolId
  const found = await pair.read(side, 'cognito-idp:GetUserPoolMfaConfig', { UserPoolId })
  if (found === undefined) throw new Unseen(`${pair.region(side)} tells nothing of factors`)
  const { $metadata, MfaConfiguration, SmsMfaConfiguration, ...rest } = found
  const message = SmsMfaConfiguration?.SmsAuthenticationMessage
  return message === undefined ? rest : { ...rest, SmsAuthenticationMessage: message }
}
