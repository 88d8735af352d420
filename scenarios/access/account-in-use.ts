import {
  access,
  type Operation,
  type ScenarioContext,
  type SignedIn,
  type Stream,
  type Workload,
} from 'interregnum'

/** Longer than anything here may take: what does not come must show as such. */
export const fiveSeconds = 5_000_000

/** So many answers in a row that nobody takes them for chance. */
export const answersInARow = 3

/** Often enough to tell a second from a lag, and no more than a small Region hashes. */
const usesPerSecond = 15

/** What somebody does who has an account: by password, by refresh token, by access token. */
export type Way = (session: SignedIn, region: string) => Omit<Operation, 'id'>

/** A new sign-in with the newest password that the user was acknowledged when this was called. */
export function byPassword(workload: Workload, { user }: SignedIn): Way {
  const label = workload.passwordOf(user) ?? ''
  return (_session, to) => at(to, access.signIn(user, label, { to, purpose: 'staleness-probe' }))
}

/** The same, by the server of the application. */
export function byAdministrator(workload: Workload, { user }: SignedIn): Way {
  const label = workload.passwordOf(user) ?? ''
  return (_session, to) =>
    at(to, access.adminSignIn(user, label, { to, purpose: 'staleness-probe' }))
}

export const byRefreshToken: Way = ({ user, operation }, to) =>
  at(to, access.refresh(user, operation, { to, purpose: 'staleness-probe' }))

export const byAccessToken: Way = ({ user, operation }, to) =>
  at(to, access.presentToken(user, operation, { to, purpose: 'staleness-probe' }))

/** Every way into an account. */
export function everyWay(workload: Workload, session: SignedIn): readonly Way[] {
  return [byPassword(workload, session), byRefreshToken, byAccessToken]
}

/** The ways that need no password. */
export const byToken: readonly Way[] = [byRefreshToken, byAccessToken]

/** What a Region says of the account to an administrator. */
export const byName: Way = ({ user }, to) =>
  at(to, access.readAccount(user, { to, purpose: 'staleness-probe' }))

/** An account in use in one Region, in all these ways, over and over. */
export function inUse(
  workload: Workload,
  session: SignedIn,
  region: string,
  ways: readonly Way[],
): Stream {
  return workload.stream({
    ratePerSecond: usesPerSecond,
    operation: (ordinal) => ways[ordinal % ways.length]?.(session, region),
  })
}

/** One use of an account in each way. */
export async function useOnce(
  workload: Workload,
  session: SignedIn,
  region: string,
  ways: readonly Way[],
): Promise<void> {
  for (const way of ways) await workload.attempt(way(session, region))
}

/** Longer than the lag that the system declares. */
export const beyondTheLag = 1_200_000

/** On a machine that has no time a sign-in may stay without an answer; it is made once more. */
const roundsMax = 3

/** Users who were signed in at the primary, and whom the replica knows. */
export async function signedInUsers(
  workload: Workload,
  count: number,
): Promise<readonly [SignedIn, ...SignedIn[]]> {
  const users = await workload.bystanders(count)
  const sessions: SignedIn[] = []
  for (let round = 0; round < roundsMax && sessions.length < count; round += 1) {
    const missing = users.filter((name) => sessions.every(({ user }) => user !== name))
    sessions.push(...(await workload.signIn(missing)))
  }
  const [first, ...others] = sessions
  if (first === undefined) throw new Error('nobody could sign in')
  await workload.replicated()
  return [first, ...others]
}

/**
 * The account is used in both Regions; the change is made at the primary; the uses go on until each
 * Region has refused them. How long that took is measured.
 */
export async function untilShutOut(
  { primary, replica, workload }: Pick<ScenarioContext, 'primary' | 'replica' | 'workload'>,
  session: SignedIn,
  change: Omit<Operation, 'id'>,
  ways: readonly Way[] = everyWay(workload, session),
): Promise<void> {
  const streams = [primary, replica].map(({ name }) => inUse(workload, session, name, ways))
  for (const stream of streams) await stream.untilOk(answersInARow, fiveSeconds)
  await workload.perform(change)
  for (const stream of streams) await stream.untilRefused(answersInARow, fiveSeconds)
  for (const stream of streams) await stream.stop()
}

/** What goes to one Region does not wait for what goes to the other. */
function at(region: string, intent: Omit<Operation, 'id'>): Omit<Operation, 'id'> {
  return { ...intent, lane: `${intent.user} in ${region}` }
}
