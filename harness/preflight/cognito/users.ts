import type { UserType } from '@aws-sdk/client-cognito-identity-provider'
import type { PreflightCheck } from '../check.ts'
import { Unseen } from '../check.ts'
import { Looking, percentText } from './looking.ts'
import type { PoolPair } from './pool-pair.ts'

/** Devices cannot be remembered at the replica. */
export const deviceTracking: PreflightCheck<PoolPair> = {
  id: 'device-tracking',
  what: 'The pool does not track devices.',
  why: 'The replica confirms and forgets no device: who comes with a new one there is asked for a factor at every sign-in, or cannot finish it.',
  requirements: ['OP-18', 'AU-22'],
  severity: 'warning',
  remedy: 'Turn device tracking off, or try your clients at the replica with a device that is new.',
  look: async (pair) => {
    const looking = new Looking()
    const { DeviceConfiguration } = await pair.pool('primary')
    if (DeviceConfiguration === undefined) looking.saw('Device tracking is off.')
    else {
      const asked = DeviceConfiguration.ChallengeRequiredOnNewDevice === true
      const what = asked ? 'lets a remembered device skip the second factor' : 'remembers devices'
      looking.found('DeviceConfiguration', `The pool ${what}, which the replica cannot change.`)
    }
    return looking.seen
  },
}

/** Nobody depends on a factor that the replica does not take. */
export const totpOnlyUsers: PreflightCheck<PoolPair> = {
  id: 'totp-only-users',
  what: 'No user has an authenticator app (TOTP) as the only second factor.',
  why: 'A replica takes no TOTP code: these users cannot sign in until the primary is back.',
  requirements: ['MF-01', 'MF-03'],
  severity: 'error',
  remedy:
    'Let users enrol a second factor that the replica takes, such as an e-mail code, or plan for them to wait.',
  look: async (pair) => {
    const looking = new Looking()
    const UserPoolId = pair.options.poolId
    const config = await pair.read('primary', 'cognito-idp:GetUserPoolMfaConfig', { UserPoolId })
    if (config === undefined) throw new Unseen('the factors of the pool cannot be read')
    const { MfaConfiguration = 'OFF', SoftwareTokenMfaConfiguration } = config
    if (MfaConfiguration === 'OFF' || SoftwareTokenMfaConfiguration?.Enabled !== true) {
      looking.saw(`The pool takes no TOTP (multi-factor authentication is ${MfaConfiguration}).`)
      return looking.seen
    }
    await lookAtUsers(looking, pair)
    return looking.seen
  },
}

/** How many users are listed for each one that is looked at. */
const listedPerUser = 5
const pageUsersMax = 60

async function lookAtUsers(looking: Looking, pair: PoolPair): Promise<void> {
  const { usersMax } = pair.options
  const listed = await listUsers(pair, usersMax * listedPerUser)
  // Every so many: those who came early have other habits than those who came late.
  const step = Math.max(1, Math.floor(listed.length / usersMax))
  const sample = listed.filter((_, index) => index % step === 0).slice(0, usersMax)
  let only = 0
  let read = 0
  for (const { Username } of sample) {
    const input = { UserPoolId: pair.options.poolId, Username }
    const user = await pair.read('primary', 'cognito-idp:AdminGetUser', input)
    // Whoever was deleted meanwhile counts for nothing.
    if (user === undefined) continue
    read += 1
    const factors = user.UserMFASettingList ?? []
    if (factors.length > 0 && factors.every((one) => one === 'SOFTWARE_TOKEN_MFA')) only += 1
  }
  if (read === 0) {
    looking.missed('the pool has no users to look at')
    return
  }
  const share = only / read
  const told = `${only} of ${read} users have TOTP alone${othersText(only, read, listed.length)}`
  // The subject tells rough shares apart, so that a known few does not hide a new many.
  if (only > 0) looking.found(share > manyShare ? 'many users' : 'some users', `${told}.`)
  else looking.saw(`${told}.`)
}

const manyShare = 0.25

/** What a sample says of everybody; nothing where everybody was looked at. */
function othersText(only: number, read: number, listed: number): string {
  if (read >= listed) return ', and there are no others'
  const { low, high } = likelyShare(only, read)
  return `: ${percentText(low)} to ${percentText(high)} of all, if these are like the others`
}

/** Wilson's interval of a share, with 95 % confidence. */
export function likelyShare(hits: number, count: number): { low: number; high: number } {
  const z = 1.96
  const share = hits / count
  const middle = (share + (z * z) / (2 * count)) / (1 + (z * z) / count)
  const spread =
    (z / (1 + (z * z) / count)) *
    Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count))
  return { low: Math.max(0, middle - spread), high: Math.min(1, middle + spread) }
}

async function listUsers(pair: PoolPair, countMax: number): Promise<readonly UserType[]> {
  const users: UserType[] = []
  const tokens = new Set<string>()
  let PaginationToken: string | undefined
  do {
    const page = await pair.read('primary', 'cognito-idp:ListUsers', {
      UserPoolId: pair.options.poolId,
      Limit: Math.min(pageUsersMax, countMax - users.length),
      ...(PaginationToken === undefined ? {} : { PaginationToken }),
    })
    if (page?.Users === undefined) throw new Unseen('a page of the users of the pool is missing')
    users.push(...page.Users)
    PaginationToken = users.length < countMax ? page.PaginationToken : undefined
    if (PaginationToken !== undefined && tokens.has(PaginationToken)) {
      throw new Unseen('the users of the pool do not end')
    }
    if (PaginationToken !== undefined) tokens.add(PaginationToken)
  } while (PaginationToken !== undefined)
  return users
}
