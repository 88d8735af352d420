import type {
  IdentityProviderType,
  UserPoolClientType,
} from '@aws-sdk/client-cognito-identity-provider'
import type { PreflightCheck } from '../check.ts'
import { Unseen } from '../check.ts'
import { compareByName } from './differences.ts'
import { Looking } from './looking.ts'
import { everyPage } from './pages.ts'
import type { PoolPair, Side } from './pool-pair.ts'

const waitOrAsk =
  'Look again after some minutes; if it stays, ask AWS Support about the replication of this pool.'

/** Both Regions know the same groups. */
export const groups: PreflightCheck<PoolPair> = {
  id: 'groups',
  what: 'Both Regions know the same groups, with the same roles and precedence.',
  why: 'Tokens of the replica carry its groups: a group that is missing or different there changes what users may do.',
  requirements: ['RP-11'],
  severity: 'error',
  remedy: waitOrAsk,
  look: (pair) => sameInBoth(pair, 'group', groupsAt),
}

/** Both Regions know the same app clients. */
export const appClients: PreflightCheck<PoolPair> = {
  id: 'app-clients',
  what: 'Both Regions know the same app clients, with the same secrets and settings.',
  why: 'An application whose client is missing or different at the replica cannot fail over.',
  requirements: ['RP-04', 'RP-05', 'DM-15'],
  severity: 'error',
  remedy: waitOrAsk,
  look: (pair) => sameInBoth(pair, 'app client', clientsAt),
}

/** Both Regions know the same resource servers. */
export const resourceServers: PreflightCheck<PoolPair> = {
  id: 'resource-servers',
  what: 'Both Regions know the same resource servers, with the same scopes.',
  why: 'Machines get tokens for the scopes of a resource server: where one is missing, their requests are refused.',
  requirements: ['RP-03'],
  severity: 'error',
  remedy: waitOrAsk,
  look: (pair) => sameInBoth(pair, 'resource server', resourceServersAt),
}

/** Both Regions know the same identity providers. */
export const identityProviders: PreflightCheck<PoolPair> = {
  id: 'identity-providers',
  what: 'Both Regions know the same identity providers, with the same secrets and settings.',
  why: 'Who signs in by a provider that is missing or different at the replica cannot sign in there.',
  requirements: ['RP-03'],
  severity: 'error',
  remedy: waitOrAsk,
  look: (pair) => sameInBoth(pair, 'identity provider', identityProvidersAt),
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

async function sameInBoth(
  pair: PoolPair,
  kind: string,
  at: (pair: PoolPair, side: Side) => Promise<ReadonlyMap<string, object>>,
): ReturnType<PreflightCheck<PoolPair>['look']> {
  const looking = new Looking()
  const primary = await at(pair, 'primary')
  compareByName(looking, pair, kind, { primary, secondary: await at(pair, 'secondary') })
  return looking.seen
}

const groupsMax = 1_000
/** Each of them is asked for by itself. */
const describedMax = 100
const resourceServersMax = 500
const pageMax = 60
const serversPageMax = 50

async function groupsAt(pair: PoolPair, side: Side): Promise<ReadonlyMap<string, object>> {
  const found = await everyPage({
    what: `groups in ${pair.region(side)}`,
    countMax: groupsMax,
    read: (NextToken) =>
      pair.read(side, 'cognito-idp:ListGroups', {
        UserPoolId: pair.options.poolId,
        Limit: pageMax,
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
    items: ({ Groups }) => Groups,
    next: ({ NextToken }) => NextToken,
  })
  return new Map(
    found.map(({ GroupName = '', Description, Precedence, RoleArn }) => [
      GroupName,
      { Description, Precedence, RoleArn },
    ]),
  )
}

async function resourceServersAt(pair: PoolPair, side: Side): Promise<ReadonlyMap<string, object>> {
  const found = await everyPage({
    what: `resource servers in ${pair.region(side)}`,
    countMax: resourceServersMax,
    read: (NextToken) =>
      pair.read(side, 'cognito-idp:ListResourceServers', {
        UserPoolId: pair.options.poolId,
        MaxResults: serversPageMax,
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
    items: ({ ResourceServers }) => ResourceServers,
    next: ({ NextToken }) => NextToken,
  })
  return new Map(
    found.map(({ Identifier = '', Name, Scopes = [] }) => [
      Identifier,
      {
        Name,
        Scopes: Object.fromEntries(Scopes.map((one) => [one.ScopeName, one.ScopeDescription])),
      },
    ]),
  )
}

/** Each client with its settings, by id. @throws Unseen also if one is gone meanwhile */
async function clientsAt(
  pair: PoolPair,
  side: Side,
): Promise<ReadonlyMap<string, UserPoolClientType>> {
  const UserPoolId = pair.options.poolId
  const listed = await everyPage({
    what: `app clients in ${pair.region(side)}`,
    countMax: describedMax,
    read: (NextToken) =>
      pair.read(side, 'cognito-idp:ListUserPoolClients', {
        UserPoolId,
        MaxResults: pageMax,
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
    items: ({ UserPoolClients }) => UserPoolClients,
    next: ({ NextToken }) => NextToken,
  })
  const found = new Map<string, UserPoolClientType>()
  for (const { ClientId = '' } of listed) {
    const input = { UserPoolId, ClientId }
    const answer = await pair.read(side, 'cognito-idp:DescribeUserPoolClient', input)
    if (answer?.UserPoolClient === undefined) throw notDescribed(pair, side, ClientId)
    const { LastModifiedDate: _modified, CreationDate: _created, ...client } = answer.UserPoolClient
    found.set(ClientId, client)
  }
  return found
}

/** Each provider with its settings, by name. @throws Unseen also if one is gone meanwhile */
async function identityProvidersAt(
  pair: PoolPair,
  side: Side,
): Promise<ReadonlyMap<string, IdentityProviderType>> {
  const UserPoolId = pair.options.poolId
  const listed = await everyPage({
    what: `identity providers in ${pair.region(side)}`,
    countMax: describedMax,
    read: (NextToken) =>
      pair.read(side, 'cognito-idp:ListIdentityProviders', {
        UserPoolId,
        MaxResults: pageMax,
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
    items: ({ Providers }) => Providers,
    next: ({ NextToken }) => NextToken,
  })
  const found = new Map<string, IdentityProviderType>()
  for (const { ProviderName = '' } of listed) {
    const input = { UserPoolId, ProviderName }
    const answer = await pair.read(side, 'cognito-idp:DescribeIdentityProvider', input)
    if (answer?.IdentityProvider === undefined) throw notDescribed(pair, side, ProviderName)
    const {
      LastModifiedDate: _modified,
      CreationDate: _created,
      ...provider
    } = answer.IdentityProvider
    found.set(ProviderName, provider)
  }
  return found
}

function notDescribed(pair: PoolPair, side: Side, name: string): Unseen {
  return new Unseen(`${pair.region(side)} lists ${name} and does not describe it`)
}
