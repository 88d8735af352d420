import type { Json } from '../kernel/json.ts'
import type { Micros } from '../kernel/time.ts'

/** The name of a Region, such as `us-east-1`. */
export type RegionName = string

/** The id of an operation, unique in a run: `op1`, `op2`, … in the order of emission. */
export type OperationId = string

/**
 * What an operation does, in the words of every target; one operation is one request. Arguments
 * (a *label* is the id of the operation that wrote the password, never the password):
 *
 * - `sign-up`: writes existence = own id and password = own id; `confirm-sign-up`: none
 * - `admin-create-user`: writes existence; `set-password` (by an administrator): writes password
 * - `change-password { accessToken, password: label of the current one }`: writes password
 * - `update-attribute { attribute }`: writes `attribute:<attribute>` = own id
 * - `disable-user`, `enable-user`: write enabled; `delete-user`: writes existence = `deleted`
 * - `associate-totp { accessToken }`: results `totpSecret`;
 *   `verify-totp { accessToken, totpSecret }`; `prefer-totp`: writes factor = `totp`
 * - `sign-in { password: label }`: results tokens, or `session` where a factor is asked for; may
 *   read password; `answer-totp { session, totpSecret }`: results tokens
 * - `refresh { refreshToken }`: results tokens; may read `revoked:<sign-in operation>`
 * - `revoke { refreshToken }`: writes `revoked:<sign-in operation>` = `revoked`
 * - `use-token { accessToken }`: presents the token to the Region
 * - `read-user`: reads existence, enabled, factor and attributes. An absent user is an `ok` answer
 *   in which every register reads `null`
 */
export const operationFunctions = [
  'sign-up',
  'confirm-sign-up',
  'admin-create-user',
  'set-password',
  'change-password',
  'update-attribute',
  'disable-user',
  'enable-user',
  'delete-user',
  'associate-totp',
  'verify-totp',
  'prefer-totp',
  'sign-in',
  'answer-totp',
  'refresh',
  'revoke',
  'use-token',
  'read-user',
] as const

export type OperationFunction = (typeof operationFunctions)[number]

/**
 * One replicated fact of one user that a read can show: `<user>/<kind>` or
 * `<user>/<kind>:<detail>`, for example `u3/attribute:nickname` or `u3/revoked:op41`.
 */
export type RegisterName = string

export const registerKinds = [
  'existence',
  'attribute',
  'enabled',
  'password',
  'factor',
  'revoked',
] as const

export type RegisterKind = (typeof registerKinds)[number]

/**
 * The value of a register; `null` is the initial value (nobody wrote it yet, or absent).
 * `existence` holds the id of the creating operation, `deleted` after a delete. `enabled` holds
 * `disabled` after a disable. `factor` holds `totp`, `revoked` holds `revoked`. `attribute` and
 * `password` hold the id of the operation that wrote them (never the password itself).
 */
export type RegisterValue = string | null

export interface RegisterWrite {
  readonly register: RegisterName
  readonly value: RegisterValue
}

/** A result of an earlier operation, given by reference: secrets never stand in an operation. */
export interface Reference {
  readonly from: OperationId
  readonly field: 'accessToken' | 'idToken' | 'refreshToken' | 'totpSecret' | 'session'
}

export type Argument = Json | Reference

/** Why the operation is made. Checkers read `cutover-read` and `final-read` by this. */
export type Purpose =
  | 'workload'
  | 'probe'
  | 'lag-probe'
  | 'token-probe'
  | 'cutover-read'
  | 'settle-read'
  | 'final-read'

/** One intended operation: pure data, emitted by a generator, stored, and replayable. */
export interface Operation {
  readonly id: OperationId
  readonly function: OperationFunction
  readonly user: string
  /** `route`: wherever clients are routed at that moment; otherwise that Region. */
  readonly to: 'route' | RegionName
  readonly purpose: Purpose
  readonly arguments: Readonly<Record<string, Argument>>
  /** What becomes true if the operation is acknowledged. */
  readonly writes?: readonly RegisterWrite[]
  /** Which registers a successful answer shows. */
  readonly reads?: readonly RegisterName[]
  /** Earliest invocation, in microseconds since the traffic that emitted it began. */
  readonly notBefore?: Micros
  /** Operations with the same lane run one after the other; absent: any free process. */
  readonly lane?: string
}

/** The name of a register. */
export function registerName(user: string, kind: RegisterKind, detail?: string): RegisterName {
  return detail === undefined ? `${user}/${kind}` : `${user}/${kind}:${detail}`
}

export interface RegisterParts {
  readonly user: string
  readonly kind: RegisterKind
  readonly detail: string | undefined
}

/** The parts of a register's name. */
export function parseRegister(name: RegisterName): RegisterParts {
  const slash = name.indexOf('/')
  const colon = name.indexOf(':', slash)
  const kind = colon < 0 ? name.slice(slash + 1) : name.slice(slash + 1, colon)
  return {
    user: name.slice(0, slash),
    kind: kind as RegisterKind,
    detail: colon < 0 ? undefined : name.slice(colon + 1),
  }
}

/** Classes in which loss is stated (`deauthorisation` apart from the others). */
export const dataClasses = [
  'sign-ups',
  'credentials',
  'profile',
  'mfa',
  'sessions',
  'deauthorisation',
] as const

export type DataClass = (typeof dataClasses)[number]

/**
 * The class of a write. Disable, delete, password change, MFA enrolment and revocation take
 * access away from somebody: they are `deauthorisation` only. A password or factor that is set
 * while the account is created is `credentials` or `mfa`.
 */
export function dataClassOf(write: RegisterWrite, fn: OperationFunction): DataClass {
  const { kind } = parseRegister(write.register)
  switch (kind) {
    case 'existence':
      return write.value === 'deleted' ? 'deauthorisation' : 'sign-ups'
    case 'attribute':
      return 'profile'
    case 'enabled':
      return write.value === 'disabled' ? 'deauthorisation' : 'profile'
    case 'password':
      return fn === 'sign-up' || fn === 'admin-create-user' ? 'credentials' : 'deauthorisation'
    case 'factor':
    case 'revoked':
      return 'deauthorisation'
  }
}
