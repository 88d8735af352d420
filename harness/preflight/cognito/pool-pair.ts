import type { UserPoolReplicaType, UserPoolType } from '@aws-sdk/client-cognito-identity-provider'
import { UsageError } from '../../kernel/errors.ts'
import type { Instant } from '../../kernel/time.ts'
import { Unseen } from '../check.ts'
import { partitionOf } from '../policy.ts'
import type { Reader, ReadInput, ReadName, ReadOutput } from '../reads.ts'
import { everyPage } from './pages.ts'

/** A copy of the user pool. */
export type Side = 'primary' | 'secondary'

/** Both copies, in the order in which reports name them. */
export const sides: readonly Side[] = ['primary', 'secondary']

/** What stands in front of the pool, or trusts its tokens, as far as its issuer matters. */
export const integrationNames = ['alb', 'api-gateway', 'none'] as const
export type Integration = (typeof integrationNames)[number]

/** What a person says of the pool, and the bounds of the work. */
export interface PairOptions {
  readonly poolId: string
  readonly primary: string
  /** Undefined: what the pool itself says. */
  readonly secondary?: string
  readonly integrations: readonly Integration[]
  /** Users of whom the factors are looked at. */
  readonly usersMax: number
  /** A certificate has to be good for so many days more. */
  readonly certificateDaysMin: number
  readonly now: Instant
}

/** Two copies of a user pool, as the checks see them. */
export interface PoolPair {
  readonly options: PairOptions
  /** Undefined if no copy could be read. */
  readonly account: string | undefined
  readonly partition: string
  /** The Region of the replica, where one is known. */
  readonly secondary: string | undefined
  /** @throws Unseen for a secondary where there is no replica. */
  region(side: Side): string
  /** The ARN of a copy. @throws Unseen where the account is not known */
  arn(side: Side): string
  /** @throws Unseen if it cannot be read, or does not exist. */
  pool(side: Side): Promise<UserPoolType>
  /** Reads in the Region of a copy; undefined where the service says that there is none. */
  read<N extends ReadName>(
    side: Side,
    name: N,
    input: ReadInput<N>,
  ): Promise<ReadOutput<N> | undefined>
  /** Reads in any Region: what is global, and what a setting names. */
  readIn<N extends ReadName>(
    region: string,
    name: N,
    input: ReadInput<N>,
  ): Promise<ReadOutput<N> | undefined>
}

/**
 * Finds both copies of a user pool.
 *
 * @throws UsageError if there is no such pool in the primary Region.
 */
export async function findPoolPair(reader: Reader, options: PairOptions): Promise<PoolPair> {
  const { poolId, primary } = options
  const UserPoolId = poolId
  const described = await unlessUnseen(
    reader.read('cognito-idp:DescribeUserPool', primary, { UserPoolId }),
  )
  if (described === undefined) {
    throw new UsageError(`there is no user pool ${poolId} in ${primary}`, {
      hint: 'see `aws cognito-idp list-user-pools`, and name its Region with --primary',
    })
  }
  const secondary = options.secondary ?? (await secondaryOf(reader, options))
  const there =
    described !== 'unseen' || secondary === undefined
      ? described
      : await unlessUnseen(reader.read('cognito-idp:DescribeUserPool', secondary, { UserPoolId }))
  const arn = there === 'unseen' ? undefined : there?.UserPool?.Arn
  return poolPair(reader, options, arn?.split(':')[4], secondary)
}

/** What could not be seen is for the checks to tell. */
async function unlessUnseen<T>(read: Promise<T>): Promise<T | 'unseen'> {
  try {
    return await read
  } catch (error) {
    if (error instanceof Unseen) return 'unseen'
    throw error
  }
}

async function secondaryOf(
  reader: Reader,
  { poolId, primary }: PairOptions,
): Promise<string | undefined> {
  const listed = await unlessUnseen(
    everyReplica(poolId, primary, (input) =>
      reader.read('cognito-idp:ListUserPoolReplicas', primary, input),
    ),
  )
  if (listed === 'unseen') return undefined
  return listed.find(({ Role }) => Role === 'SECONDARY')?.RegionName
}

const replicasMax = 20

/** Every copy of the pool that a Region tells of, the primary among them. @throws Unseen */
export function everyReplica(
  UserPoolId: string,
  region: string,
  read: (
    input: ReadInput<'cognito-idp:ListUserPoolReplicas'>,
  ) => Promise<ReadOutput<'cognito-idp:ListUserPoolReplicas'> | undefined>,
): Promise<readonly UserPoolReplicaType[]> {
  return everyPage({
    what: `replicas of ${UserPoolId} in ${region}`,
    countMax: replicasMax,
    read: (NextToken) => read({ UserPoolId, ...(NextToken === undefined ? {} : { NextToken }) }),
    items: ({ UserPoolReplicas }) => UserPoolReplicas,
    next: ({ NextToken }) => NextToken,
  })
}

function poolPair(
  reader: Reader,
  options: PairOptions,
  account: string | undefined,
  secondary: string | undefined,
): PoolPair {
  const { poolId, primary } = options
  const partition = partitionOf(primary)
  const region = (side: Side): string => {
    if (side === 'primary') return primary
    if (secondary === undefined) throw new Unseen('no replica of the pool is known (--secondary)')
    return secondary
  }
  return {
    options,
    account,
    partition,
    secondary,
    region,
    arn: (side) => {
      if (account === undefined) {
        throw new Unseen('the account is not known, for no copy of the pool could be read')
      }
      return `arn:${partition}:cognito-idp:${region(side)}:${account}:userpool/${poolId}`
    },
    pool: async (side) => {
      const input = { UserPoolId: poolId }
      const found = await reader.read('cognito-idp:DescribeUserPool', region(side), input)
      if (found?.UserPool !== undefined) return found.UserPool
      throw new Unseen(`there is no user pool ${poolId} in ${region(side)}`)
    },
    read: async (side, name, input) => reader.read(name, region(side), input),
    readIn: (place, name, input) => reader.read(name, place, input),
  }
}
