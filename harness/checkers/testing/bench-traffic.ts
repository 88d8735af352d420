import type {
  AnsweredError,
  CompletionLine,
  InvokeLine,
  TokenObservation,
} from '../../history/line.ts'
import type { OperationFunction, RegionName } from '../../history/operation.ts'
import { type Micros, seconds } from '../../kernel/time.ts'
import { primary, replica } from './history-builder.ts'

/** One operation and its answer, without times. */
export interface Exchange {
  readonly asked: Omit<InvokeLine, 'type' | 'at' | 'process' | 'operation'>
  readonly answered: Omit<CompletionLine, 'at' | 'process' | 'operation'>
}

/** How many operations the traffic goes round in. */
const benchCycle = 40

const sessionsKept = 1_000
const hour = seconds(3_600)
const epoch = 1_800_000_000_000_000
const scrambler = 2_654_435_761

interface Session {
  readonly operation: string
  readonly user: string
}

type Given = Partial<Exchange['asked']>

const ok: Exchange['answered'] = { type: 'ok' }

/**
 * What happens in a long history, operation by operation: half of it writes, sign-ins, reads, lag
 * probes and presented tokens; the other half gives every other checker its occasion (guesses,
 * second factors, withdrawn access, refused writes, recovery probes, relying parties, machine
 * clients).
 */
export class BenchTraffic {
  /** The newest acknowledged nickname of each user. */
  readonly newest = new Map<string, string>()
  readonly #users: number
  readonly #sessions: Session[] = []
  readonly #enrolled = new Set<string>()
  #own: Session = { operation: 'op1', user: 'r0' }
  #secondSecret = ''

  constructor(users: number) {
    this.#users = users
  }

  /** The operation of this number, counted from 1, at this moment. */
  exchange(number: number, at: Micros): Exchange {
    const kind = number % benchCycle
    const index = Math.imul(number, scrambler) >>> 0
    if (kind < 20) return this.#everyday(kind, `op${number}`, index, at)
    const round = Math.floor(number / benchCycle)
    return this.#special(kind, `op${number}`, round, at)
  }

  #everyday(kind: number, operation: string, index: number, at: Micros): Exchange {
    const user = `u${index % this.#users}`
    const register = `${user}/attribute:nickname`
    if (kind < 5) {
      const given = {
        arguments: { attribute: 'nickname' },
        writes: [{ register, value: operation }],
      }
      if (index % 97 === 0) return asks(user, 'update-attribute', given, refused('throttled'))
      this.newest.set(user, operation)
      return asks(user, 'update-attribute', given)
    }
    if (kind < 8) {
      const purpose = kind === 7 ? 'probe' : 'workload'
      this.#sessions[index % sessionsKept] = { operation, user }
      return asks(user, 'sign-in', { purpose, arguments: { password: 'op1' } }, mints(user, at))
    }
    if (kind < 11) {
      const region = kind === 8 ? replica : primary
      return this.#presents(index, 'use-token', { region, purpose: 'token-probe' })
    }
    return asks(
      user,
      'read-user',
      {
        region: kind % 2 === 0 ? replica : primary,
        purpose: kind === 12 ? 'lag-probe' : 'workload',
        reads: [`${user}/existence`, register],
      },
      { type: 'ok', observed: [{ register, value: this.newest.get(user) ?? null }] },
    )
  }

  #special(kind: number, operation: string, round: number, at: Micros): Exchange {
    if (kind < 23) return this.#guesses(kind, round)
    if (kind < 26) return this.#factors(kind, operation, round, at)
    if (kind < 30) return this.#probes(kind, operation, round, at)
    if (kind === 30) return this.#presents(round, 'visit', { region: 'shop' })
    if (kind === 31) return this.#presents(round, 'visit', { region: 'desk' })
    if (kind < 35) return this.#disabled(kind, round)
    if (kind < 38) return this.#revoked(kind, operation, round, at)
    return kind === 38 ? this.#machines(operation, round) : this.#identities(operation, round)
  }

  #guesses(kind: number, round: number): Exchange {
    const isControl = kind === 22
    const purpose = isControl ? 'guess-control' : 'guess'
    const region = kind === 21 ? replica : primary
    const meaning = round % 6 === 5 ? 'locked' : 'wrong-credentials'
    const user = `${isControl ? 'c' : 'v'}${round % 50}`
    return asks(user, 'guess-password', { region, purpose }, refused(meaning))
  }

  /** A user with a second factor: the sign-in, the answer, and the same code again. */
  #factors(kind: number, operation: string, round: number, at: Micros): Exchange {
    const user = `f${round % 2_000}`
    if (!this.#enrolled.has(user)) {
      this.#enrolled.add(user)
      return asks(user, 'prefer-totp', { writes: [{ register: `${user}/factor`, value: 'totp' }] })
    }
    if (kind === 23) {
      this.#own = { operation, user }
      return asks(user, 'sign-in', { arguments: { password: 'op1' } })
    }
    const session = { from: this.#own.operation, field: 'session' } as const
    if (kind === 24) {
      this.#own = { operation, user }
      return asks(user, 'answer-totp', { arguments: { session } }, mints(user, at))
    }
    const code = { from: this.#own.operation, field: 'code' } as const
    return asks(user, 'replay-totp', { arguments: { session, code } }, refused('wrong-credentials'))
  }

  #probes(kind: number, operation: string, round: number, at: Micros): Exchange {
    const user = `p${round % 500}`
    if (kind === 26) {
      const writes = [{ register: `${user}/attribute:nickname`, value: operation }]
      const given = { region: replica, purpose: 'gate-probe', writes } as const
      return asks(user, 'update-attribute', given, refused('gated'))
    }
    const isParity = kind === 29
    const region = isParity && round % 2 === 1 ? replica : primary
    const purpose = isParity ? 'parity-probe' : 'recovery-probe'
    const given = { region, purpose, arguments: { password: 'op1' } } as const
    if (isParity) return asks(user, 'sign-in', given, mints(user, at))
    const population = kind === 27 ? 'sdk' : 'hosted'
    return asks(user, 'sign-in', { ...given, population }, mints(user, at))
  }

  #disabled(kind: number, round: number): Exchange {
    const user = `d${round % 200}`
    if (kind === 33) {
      const given = { purpose: 'staleness-probe', arguments: { password: 'op1' } } as const
      return asks(user, 'sign-in', given, refused('disabled'))
    }
    const value = kind === 32 ? 'disabled' : null
    return asks(user, kind === 32 ? 'disable-user' : 'enable-user', {
      writes: [{ register: `${user}/enabled`, value }],
    })
  }

  /** A session that is refreshed once, and then revoked. */
  #revoked(kind: number, operation: string, round: number, at: Micros): Exchange {
    const user = `r${round % 2_000}`
    if (kind === 35) {
      this.#own = { operation, user }
      return asks(user, 'sign-in', { arguments: { password: 'op1' } }, mints(user, at))
    }
    const { operation: from } = this.#own
    const given = { arguments: { refreshToken: { from, field: 'refreshToken' } } } as const
    if (kind === 36) return asks(user, 'refresh', given, mints(user, at))
    const writes = [{ register: `${user}/revoked:${from}`, value: 'revoked' }]
    return asks(user, 'revoke', { ...given, writes })
  }

  /** Machine clients; each has a second secret for a while. */
  #machines(operation: string, round: number): Exchange {
    const user = `m${Math.floor(round / 4) % 20}`
    const step = round % 4
    if (step === 0) {
      this.#secondSecret = operation
      const writes = [{ register: `${user}/secret:${operation}`, value: operation }]
      return asks(user, 'add-secret', { writes })
    }
    const secret = this.#secondSecret
    if (step < 3) {
      const region = step === 1 ? primary : replica
      return asks(user, 'machine-sign-in', { region, arguments: { secret } })
    }
    const writes = [{ register: `${user}/secret:${secret}`, value: 'deleted' }]
    return asks(user, 'delete-secret', { arguments: { secret }, writes })
  }

  #identities(operation: string, round: number): Exchange {
    const user = `x${Math.floor(round / 2) % 500}`
    const isCreation = round % 2 === 0
    const value = isCreation ? operation : 'deleted'
    return asks(user, isCreation ? 'admin-create-user' : 'delete-user', {
      writes: [{ register: `${user}/existence`, value }],
    })
  }

  #presents(index: number, fn: OperationFunction, given: Given): Exchange {
    const session = this.#sessions[index % sessionsKept]
    if (session === undefined) return asks('u0', fn, given)
    const accessToken = { from: session.operation, field: 'accessToken' } as const
    return asks(session.user, fn, { ...given, arguments: { accessToken } })
  }
}

function asks(
  user: string,
  fn: OperationFunction,
  given: Given = {},
  answered: Exchange['answered'] = ok,
): Exchange {
  return {
    asked: {
      function: fn,
      user,
      region: primary,
      purpose: 'workload',
      arguments: {},
      ...given,
    },
    answered,
  }
}

function refused(meaning: NonNullable<AnsweredError['meaning']>): Exchange['answered'] {
  return { type: 'fail', error: { meaning, code: 'NotAuthorizedException', status: 400 } }
}

function mints(user: string, at: Micros): Exchange['answered'] {
  return { type: 'ok', tokens: [accessToken(user, at)] }
}

function accessToken(subject: string, at: Micros): TokenObservation {
  const seenAt = epoch + at
  const accepted = (region: RegionName) => ({ region, snapshot: 's1', accepted: true }) as const
  return {
    digest: 'b0e3d0c1f7a94c55',
    use: 'access',
    algorithm: 'RS256',
    keyId: 'k1',
    issuer: 'https://issuer.example/pool',
    expectedIssuer: 'https://issuer.example/pool',
    audience: 'client',
    expectedAudience: 'client',
    subject,
    issuedAt: seenAt,
    expiresAt: seenAt + hour,
    seenAt,
    claims: { email: '77a1', groups: '0c3f' },
    verifications: [accepted(primary), accepted(replica)],
  }
}
