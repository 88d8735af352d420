import type { GroupType, UserPoolClientType } from '@aws-sdk/client-cognito-identity-provider'
import type { PreflightCheck } from '../check.ts'
import { Unseen } from '../check.ts'
import { differingFields, Looking } from './looking.ts'
import type { PoolPair, Side } from './pool-pair.ts'

/** Both Regions know the same groups. */
export const groups: PreflightCheck<PoolPair> = {
  id: 'groups',
  what: 'Both Regions know the same groups, with the same roles and precedence.',
  why: 'Tokens of the replica carry its groups: a group that is missing or different there changes what users may do.',
  requirements: ['RP-11'],
  severity: 'error',
  remedy:
    'Look again after some minutes; if it stays, ask AWS Support about the replication of this pool.',
  look: async (pair) => {
    const looking = new Looking()
    compare(
      looking,
      pair,
      'group',
      await groupsAt(pair, 'primary'),
      await groupsAt(pair, 'secondary'),
    )
    return looking.seen
  },
}

/** Both Regions know the same app clients. */
export const appClients: PreflightCheck<PoolPair> = {
  id: 'app-clients',
  what: 'Both Regions know the same app clients, with the same secrets and settings.',
  why: 'An application whose client is missing or different at the replica cannot fail over.',
  requirements: ['RP-04', 'RP-05', 'DM-15'],
  severity: 'error',
  remedy:
    'Look again after some minutes; if it stays, ask AWS Support about the replication of this pool.',
  look: async (pair) => {
    const looking = new Looking()
    const ours = await clientsAt(pair, 'primary')
    compare(looking, pair, 'app client', ours, await clientsAt(pair, 'secondary'))
    return looking.seen
  },
}

/** No client rotates refresh tokens. */
export const refreshRotation: PreflightCheck<PoolPair> = {
  id: 'refresh-rotation',
  what: 'No app client rotates its refresh tokens.',
  why: 'What the replica rotates, the primary may not know: after failback a used token may work once more, or a good one be taken for stolen.',
  requirements: ['RV-06'],
  severity: 'note',
  remedy:
    'Try a failover and a failback with such a client; the scenarios of `interregnum run` do.',
  look: async (pair) => {
    const looking = new Looking()
    const clients = await clientsAt(pair, 'primary')
    for (const [name, { RefreshTokenRotation }] of clients) {
      if (RefreshTokenRotation?.Feature === 'ENABLED') {
        looking.found(name, `The app client ${name} rotates its refresh tokens.`)
      }
    }
    looking.saw(`${clients.size} app clients were looked at.`)
    return looking.seen
  },
}

/** Values are compared and never shown: an app client has a secret. */
function compare(
  looking: Looking,
  pair: PoolPair,
  kind: string,
  ours: ReadonlyMap<string, object>,
  theirs: ReadonlyMap<string, object>,
): void {
  const region = pair.region('secondary')
  let same = 0
  for (const [name, value] of ours) {
    const other = theirs.get(name)
    const fields = other === undefined ? [] : differingFields(value, other)
    if (other === undefined) looking.found(name, `The ${kind} ${name} is missing in ${region}.`)
    else if (fields.length === 0) same += 1
    else looking.found(name, `The ${kind} ${name} differs in ${region}: ${fields.join(', ')}.`)
  }
  for (const name of theirs.keys()) {
    if (!ours.has(name)) looking.found(name, `The ${kind} ${name} is in ${region} alone.`)
  }
  looking.saw(`${same} of ${ours.size} ${kind}s are the same in both Regions.`)
}

const groupsMax = 1_000
const clientsMax = 100
const pageMax = 60

async function groupsAt(pair: PoolPair, side: Side): Promise<ReadonlyMap<string, object>> {
  const found = new Map<string, object>()
  let NextToken: string | undefined
  do {
    const page = await pair.read(side, 'cognito-idp:ListGroups', {
      UserPoolId: pair.options.poolId,
      Limit: pageMax,
      ...(NextToken === undefined ? {} : { NextToken }),
    })
    if (page === undefined) throw new Unseen(`${pair.region(side)} does not know the pool`)
    for (const group of page.Groups ?? []) found.set(group.GroupName ?? '', comparableGroup(group))
    NextToken = found.size < groupsMax ? page.NextToken : undefined
  } while (NextToken !== undefined)
  return found
}

function comparableGroup({ Description, Precedence, RoleArn }: GroupType): object {
  return { Description, Precedence, RoleArn }
}

/** Each client with its settings, by id. Of many, only the first are looked into. */
async function clientsAt(
  pair: PoolPair,
  side: Side,
): Promise<ReadonlyMap<string, UserPoolClientType>> {
  const UserPoolId = pair.options.poolId
  const ids: string[] = []
  let NextToken: string | undefined
  do {
    const page = await pair.read(side, 'cognito-idp:ListUserPoolClients', {
      UserPoolId,
      MaxResults: pageMax,
      ...(NextToken === undefined ? {} : { NextToken }),
    })
    if (page === undefined) throw new Unseen(`${pair.region(side)} does not know the pool`)
    ids.push(...(page.UserPoolClients ?? []).flatMap(({ ClientId }) => ClientId ?? []))
    NextToken = ids.length < clientsMax ? page.NextToken : undefined
  } while (NextToken !== undefined)
  const found = new Map<string, UserPoolClientType>()
  for (const ClientId of ids.slice(0, clientsMax)) {
    const input = { UserPoolId, ClientId }
    const answer = await pair.read(side, 'cognito-idp:DescribeUserPoolClient', input)
    const {
      LastModifiedDate: _modified,
      CreationDate: _created,
      ...client
    } = answer?.UserPoolClient ?? {}
    if (answer !== undefined) found.set(ClientId, client)
  }
  return found
}
