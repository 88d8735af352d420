import type {
  EventLine,
  FaultEffect,
  RelyingPartyHeader,
  TokenObservation,
} from '../../history/line.ts'
import type { Choices } from './choices.ts'
import { HistoryBuilder, heldReplication, primary, replica } from './history-builder.ts'
import { sampleToken } from './sample-token.ts'

/** Applications to visit: two that ask nobody, and one that asks a Region and keeps answers. */
export const visitedParties: readonly RelyingPartyHeader[] = [
  { name: 'shop', kind: 'jose', offline: true, cacheMillisMax: 0, leewayMillis: 700 },
  { name: 'bank', kind: 'jose', offline: true, cacheMillisMax: 0, leewayMillis: 0 },
  { name: 'gate', kind: 'introspecting', offline: false, cacheMillisMax: 40, leewayMillis: 0 },
]

interface Session {
  readonly user: string
  readonly operation: string
}

const refused = { type: 'fail', meaning: 'token-refused' } as const
const undecided = { type: 'fail', meaning: 'unavailable', status: 503 } as const
const unreached = { type: 'fail', meaning: 'unavailable' } as const

/** The application forgets what it knew. */
const restartedShop: readonly FaultEffect[] = [{ effect: 'region-unavailable', region: 'shop' }]

/** A random history of tokens that applications are shown. */
export function randomVisits(choices: Choices): readonly EventLine[] {
  const builder = new HistoryBuilder()
  const sessions: Session[] = []
  const cookies: Session[] = []
  const skews: { fault: string; effects: readonly FaultEffect[] }[] = []
  let faults = 0
  let process = 0
  const signIn = (): void => {
    const region = choices.pick([primary, replica])
    const user = choices.pick(['u1', 'u2'])
    const options = { function: 'sign-in', process, region } as const
    const tokens = [randomToken(builder, choices, region)]
    sessions.push({ user, operation: builder.perform(user, options, { tokens }) })
  }
  const skew = (): void => {
    const last = skews.pop()
    if (last !== undefined && choices.chance(50)) {
      builder.heal(last.fault, last.effects)
      return
    }
    faults += 1
    const region = choices.pick(['shop', 'bank', replica])
    const offsetMillis = choices.pick([-2_000, -500, 500, 700])
    const effects = [{ effect: 'clock-skewed', region, offsetMillis } as const]
    builder.strike(`fault${faults}`, effects)
    skews.push({ fault: `fault${faults}`, effects })
  }
  const change = ({ user, operation: from }: Session): void => {
    const type = choices.pick(['ok', 'ok', 'info'] as const)
    if (choices.chance(50)) {
      const writes = [{ register: `${user}/signed-out`, value: builder.nextId }]
      builder.perform(user, { function: 'admin-sign-out', process, writes }, { type })
    } else {
      const writes = [{ register: `${user}/revoked:${from}`, value: 'revoked' }]
      const given = { refreshToken: { from, field: 'refreshToken' } } as const
      builder.perform(user, { function: 'revoke', process, writes, arguments: given }, { type })
    }
  }
  const visit = (session: Session): void => {
    const cookie = choices.chance(20) ? cookies.at(-1) : undefined
    const opens = cookie === undefined && choices.chance(15)
    const { user, operation: from } = cookie ?? session
    const field = cookie !== undefined ? 'cookie' : opens ? 'idToken' : 'accessToken'
    const operation = builder.invoke(user, {
      process,
      function: opens ? 'open-session' : 'visit',
      region: choices.pick(['shop', 'shop', 'bank', 'gate']),
      arguments: { [field]: { from, field } },
    })
    builder.wait(choices.below(6))
    const others = [undecided, unreached, { type: 'info' }] as const
    const answer = choices.pick([{}, {}, {}, {}, refused, refused, refused, ...others] as const)
    builder.complete(operation, answer)
    if (opens && !('type' in answer)) cookies.push({ user, operation })
  }
  builder.route(primary, null)
  signIn()
  for (let step = 0; step < 35; step += 1) {
    process += 1
    const session = sessions[choices.below(sessions.length)]
    const kind = choices.below(20)
    if (kind < 3) signIn()
    else if (kind === 3) skew()
    else if (kind === 4 && session !== undefined && choices.chance(40)) change(session)
    else if (kind === 5) builder.write(choices.pick(['u1', 'u2']))
    else if (kind === 6 && choices.chance(30)) builder.strike('fault99', heldReplication)
    else if (kind === 7 && choices.chance(30)) builder.strike('fault98', restartedShop)
    else if (session !== undefined) visit(session)
    builder.wait(choices.pick([0, 5, 120]))
  }
  return builder.end()
}

function randomToken(builder: HistoryBuilder, choices: Choices, by: string): TokenObservation {
  const sound = sampleToken(builder, { keyId: choices.pick(['k1', 'k2']) })
  const { seenAt = 0 } = sound
  const kind = choices.below(14)
  const both = [primary, replica]
  const refusedBy = (reason: string, regions = both): TokenObservation['verifications'] =>
    both.map((region) =>
      regions.includes(region)
        ? { region, snapshot: 's1', accepted: false, reason }
        : { region, snapshot: 's1', accepted: true },
    )
  if (kind === 0) {
    return { ...sound, keyId: 'k9', verifications: refusedBy('ERR_JWKS_NO_MATCHING_KEY') }
  }
  if (kind === 1) {
    const verifications = refusedBy('ERR_JWT_CLAIM_VALIDATION_FAILED.iss')
    return { ...sound, issuer: 'https://other.example', verifications }
  }
  if (kind === 2) return { ...sound, expiresAt: seenAt + 150_000 }
  if (kind === 3) return { ...sound, expiresAt: seenAt - choices.pick([0, 600_000]) }
  if (kind <= 5) {
    const regions = both.filter((region) => (region === by) === (kind === 4))
    return { ...sound, verifications: refusedBy('ERR_JWKS_NO_MATCHING_KEY', regions) }
  }
  return sound
}
