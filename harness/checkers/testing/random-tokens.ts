import type { EventLine, TokenObservation } from '../../history/line.ts'
import type { Argument } from '../../history/operation.ts'
import type { Choices } from './choices.ts'
import {
  HistoryBuilder,
  heldReplication,
  lossOfPrimary,
  primary,
  replica,
} from './history-builder.ts'

const hour = 3_600_000_000
/** Wall clock of the clients when the history began. */
const epoch = 1_800_000_000_000_000

interface Session {
  readonly user: string
  readonly operation: string
}

/** A random history of sign-ins, refreshes, revocations and presented tokens. */
export function randomTokens(choices: Choices): readonly EventLine[] {
  return new RandomTokens(choices).build()
}

class RandomTokens {
  readonly #choices: Choices
  readonly #builder = new HistoryBuilder()
  readonly #sessions: Session[] = []
  #process = 0

  constructor(choices: Choices) {
    this.#choices = choices
  }

  build(): readonly EventLine[] {
    const choices = this.#choices
    const builder = this.#builder
    builder.route(primary, null).jwks(primary, 's1', 'k1').jwks(replica, 's1', 'k1', 'k2')
    builder.signUp('u1')
    builder.wait(choices.pick([0, 150]))
    this.#steps(choices.below(8))
    if (choices.chance(50)) builder.signUp('u2')
    if (choices.chance(50)) builder.strike('fault1', heldReplication)
    this.#steps(choices.below(8))
    if (choices.chance(60)) builder.strike('fault2', lossOfPrimary).route(replica, primary)
    this.#steps(choices.below(10))
    if (choices.chance(30)) builder.mark('settle-start').mark('settled')
    this.#steps(choices.below(6))
    return builder.end()
  }

  #steps(count: number): void {
    for (let step = 0; step < count; step += 1) this.#step()
  }

  #step(): void {
    const choices = this.#choices
    const user = choices.pick(['u1', 'u2'])
    const session = this.#sessions[choices.below(Math.max(1, this.#sessions.length))]
    this.#builder.wait(choices.pick([0, 5, 60]))
    this.#process += 1
    const kind = choices.below(12)
    if (kind < 3) this.#mint(user, 'sign-in', {})
    else if (kind === 6) this.#change(user)
    else if (kind === 7) this.#look(user)
    else if (session !== undefined) this.#use(kind, session)
  }

  #use(kind: number, session: Session): void {
    const { user } = session
    if (kind === 3) this.#mint(user, 'refresh', refersTo(session, 'refreshToken'))
    else if (kind === 4) this.#mint(user, 'answer-totp', refersTo(session, 'session'))
    else if (kind === 5) this.#revoke(session)
    else this.#present(session)
  }

  #look(user: string): void {
    const shown = this.#choices.chance(70) ? 'op1' : null
    this.#builder.read(user, this.#region(), 'workload', { [`${user}/existence`]: shown })
  }

  #region(): string {
    return this.#choices.pick([primary, replica])
  }

  #type(): 'ok' | 'fail' | 'info' {
    return this.#choices.pick(['ok', 'ok', 'ok', 'fail', 'info'] as const)
  }

  #mint(
    user: string,
    fn: 'sign-in' | 'refresh' | 'answer-totp',
    argument: Readonly<Record<string, Argument>>,
  ): void {
    const type = this.#type()
    const options = { process: this.#process, function: fn, region: this.#region() }
    const operation = this.#builder.invoke(user, { ...options, arguments: argument })
    const tokens = type === 'ok' ? { tokens: this.#tokens() } : {}
    this.#builder.complete(operation, { type, ...tokens })
    if (type === 'ok') this.#sessions.push({ user, operation })
  }

  #tokens(): readonly TokenObservation[] {
    const choices = this.#choices
    const seenAt = epoch + this.#builder.now
    const issuedAt = seenAt - choices.pick([0, 500_000])
    const lifetime = choices.chance(6) ? choices.pick([0, 2 * hour, 30 * hour]) : hour
    const left = choices.chance(20) ? 150_000 : lifetime
    const access: TokenObservation = {
      digest: 'd',
      use: 'access',
      keyId: choices.chance(10) ? 'k2' : 'k1',
      issuer: choices.chance(5) ? 'other' : 'issuer',
      expectedIssuer: 'issuer',
      audience: choices.chance(5) ? 'other' : 'client',
      expectedAudience: 'client',
      issuedAt: left === lifetime ? issuedAt : seenAt + left - hour,
      expiresAt: left === lifetime ? issuedAt + lifetime : seenAt + left,
      seenAt,
      verifications: [primary, replica].map((region) => ({
        region,
        snapshot: 's1',
        ...(choices.chance(94)
          ? { accepted: true }
          : {
              accepted: false,
              reason: choices.pick([
                'ERR_JWKS_NO_MATCHING_KEY',
                'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
                'ERR_JWT_EXPIRED',
                'ERR_JWT_CLAIM_VALIDATION_FAILED.iss',
              ]),
            }),
      })),
    }
    return [access, { digest: 'r', use: 'refresh', seenAt, verifications: [] }]
  }

  #revoke(session: Session): void {
    const register = `${session.user}/revoked:${session.operation}`
    const writes = [{ register, value: 'revoked' }]
    const options = { process: this.#process, function: 'revoke', writes } as const
    this.#builder.perform(session.user, options, { type: this.#type() })
  }

  #change(user: string): void {
    const choices = this.#choices
    if (choices.chance(70)) return
    const isDelete = choices.chance(50)
    const write = isDelete
      ? { register: `${user}/existence`, value: 'deleted' }
      : { register: `${user}/enabled`, value: choices.pick(['disabled', null]) }
    const fn = isDelete ? 'delete-user' : 'disable-user'
    const options = { process: this.#process, function: fn, writes: [write] } as const
    this.#builder.perform(user, options, { type: this.#type() })
  }

  #present(session: Session): void {
    const type = this.#type()
    const code = type === 'fail' ? this.#choices.pick(['NotAuthorizedException', 'not-sent']) : ''
    const operation = this.#builder.invoke(session.user, {
      process: this.#process,
      function: 'use-token',
      purpose: 'token-probe',
      region: this.#region(),
      arguments: refersTo(session, 'accessToken'),
    })
    this.#builder.wait(this.#choices.below(4))
    this.#builder.complete(operation, { type, ...(code === '' ? {} : { code }) })
  }
}

function refersTo(
  session: Session,
  field: 'accessToken' | 'refreshToken' | 'session',
): Readonly<Record<string, Argument>> {
  return { [field]: { from: session.operation, field } }
}
