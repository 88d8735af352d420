import type { Json } from '../kernel/json.ts'
import type { Micros } from '../kernel/time.ts'

/** The label of a password that an account came with: no operation of the run wrote it. */
export const givenPassword = 'first'

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
 *   in which every register reads `null`; `read-groups`: reads `group:<group>` in the same way
 * - `add-to-group { group }`, `remove-from-group { group }`: write `group:<group>` = own id, or
 *   `removed`
 * - `forgot-password`: a code is sent; `confirm-forgot-password { code? }`: writes password with
 *   the code that was sent last; `reset-password` (by an administrator): writes password = own id,
 *   which no password matches
 * - `start-srp`: results `srp`; `answer-srp { srp, password: label }`: as `sign-in`
 * - `admin-sign-in { password }`: as `sign-in`, by the application's server
 * - `answer-new-password { session }`: writes password = own id, results tokens
 * - `guess-password`: a sign-in with a password that never was the user's; `guess-code { session,
 *   totpSecret? }` (with the secret certainly wrong), `guess-reset-code`: the same with a wrong
 *   code. `ok` where the guess was taken for right
 * - `replay-totp { session, code }`: the code that an earlier `answer-totp` presented (its result
 *   `code`): results tokens
 * - `rotate { refreshToken }`: a refresh that replaces the refresh token: results tokens
 * - `sign-out { accessToken }`, `admin-sign-out`: write `signed-out` = own id: every session that
 *   began before it
 * - `machine-sign-in { secret?: label }`: client credentials; `user` names the machine client;
 *   results `accessToken`. `add-secret`: writes `secret:<own id>` = own id;
 *   `delete-secret { secret: label }`: writes `secret:<label>` = `deleted`. The first secret of a
 *   machine client has the label `first`
 * - `open-sign-in-page { cookie? }`: results `page`, or `code` where a session cookie is honoured;
 *   `submit-sign-in { page, password: label }`: results `code` and `cookie`;
 *   `redeem-code { code }`: results tokens
 * - `confirm-device { accessToken, device }` takes up the device that a sign-in offered (its result
 *   `device`): results `device`, writes `device:<own id>` = own id. With `device` a `sign-in` or
 *   `answer-srp` names it: results `session` where it has to prove itself;
 *   `start-device { session, device }`: results `srp`; `answer-device { srp, device }`: results
 *   tokens; `forget-device { device, accessToken? }`: writes `device:<confirming operation>` =
 *   `forgotten`
 * - `visit { accessToken | cookie }`: presents a token or a session to a relying party;
 *   `open-session { idToken }`: results `cookie` of a web application
 * - `activate-replica`, `deactivate-replica`: management, at the Region that it is sent to;
 *   `switch-issuer`: tokens name another issuer from then on
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
  'read-groups',
  'add-to-group',
  'remove-from-group',
  'forgot-password',
  'confirm-forgot-password',
  'reset-password',
  'start-srp',
  'answer-srp',
  'admin-sign-in',
  'answer-new-password',
  'guess-password',
  'guess-code',
  'guess-reset-code',
  'replay-totp',
  'rotate',
  'sign-out',
  'admin-sign-out',
  'machine-sign-in',
  'add-secret',
  'delete-secret',
  'open-sign-in-page',
  'submit-sign-in',
  'redeem-code',
  'start-device',
  'answer-device',
  'confirm-device',
  'forget-device',
  'visit',
  'open-session',
  'activate-replica',
  'deactivate-replica',
  'switch-issuer',
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
  'group',
  'secret',
  'device',
  'signed-out',
] as const

export type RegisterKind = (typeof registerKinds)[number]

/**
 * The value of a register; `null` is the initial value (nobody wrote it yet, or absent).
 * `existence` holds the id of the creating operation, `deleted` after a delete. `enabled` holds
 * `disabled` after a disable. `factor` holds `totp`, `revoked` holds `revoked`. `attribute` and
 * `password` hold the id of the operation that wrote them (never the password itself). `group`
 * holds the adding operation or `removed`, `secret` the adding operation or `deleted`, `device` the
 * confirming operation or `forgotten`, `signed-out` the newest sign-out.
 */
export type RegisterValue = string | null

export interface RegisterWrite {
  readonly register: RegisterName
  readonly value: RegisterValue
}

/** Names of results that later operations can refer to. All are secrets: they stay in memory. */
export const resultFields = [
  'accessToken',
  'idToken',
  'refreshToken',
  'totpSecret',
  'session',
  'srp',
  'code',
  'page',
  'cookie',
  'device',
] as const

export type ResultField = (typeof resultFields)[number]

/** A result of an earlier operation, given by reference: secrets never stand in an operation. */
export interface Reference {
  readonly from: OperationId
  readonly field: ResultField
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
  /** A use that an acknowledged change forbids, repeated until it is refused. */
  | 'staleness-probe'
  /**
   * A wrong password or code of an attacker; `guess-control`: the same against one Region alone.
   */
  | 'guess'
  | 'guess-control'
  /** A write sent to a Region that has to refuse it. */
  | 'gate-probe'
  /** Open arrivals that measure recovery, of the population that they name. */
  | 'recovery-probe'
  /** A sign-in whose claims are compared with those of the other Region. */
  | 'parity-probe'

/** One intended operation: pure data, emitted by a generator, stored, and replayable. */
export interface Operation {
  readonly id: OperationId
  readonly function: OperationFunction
  readonly user: string
  /** `route`: wherever clients are routed at that moment; otherwise that Region or node. */
  readonly to: 'route' | RegionName
  readonly purpose: Purpose
  readonly arguments: Readonly<Record<string, Argument>>
  /** What becomes true if the operation is acknowledged. */
  readonly writes?: readonly RegisterWrite[]
  /** Which registers a successful answer shows. */
  readonly reads?: readonly RegisterName[]
  /** Earliest invocation, in microseconds since the traffic that emitted it began. */
  readonly notBefore?: Micros
  /** The kind of clients that makes it, such as `sdk`, `hosted`, `machine`, `sticky`. */
  readonly population?: string
  /** The attempt that this one repeats, by the retry policy of its population. */
  readonly retryOf?: OperationId
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

/** The kind of a register alone. */
export function registerKind(name: RegisterName): RegisterKind {
  const slash = name.indexOf('/')
  const colon = name.indexOf(':', slash)
  return (colon < 0 ? name.slice(slash + 1) : name.slice(slash + 1, colon)) as RegisterKind
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
export function dataClassOf({ register, value }: RegisterWrite, fn: OperationFunction): DataClass {
  return classOf(parseRegister(register).kind, value, fn)
}

/** The same of a value of a register of this kind. */
export function classOf(
  kind: RegisterKind,
  value: RegisterValue,
  fn: OperationFunction,
): DataClass {
  switch (kind) {
    case 'existence':
      return value === 'deleted' ? 'deauthorisation' : 'sign-ups'
    case 'attribute':
      return 'profile'
    case 'enabled':
      return value === 'disabled' ? 'deauthorisation' : 'profile'
    case 'password':
      return fn === 'sign-up' || fn === 'admin-create-user' ? 'credentials' : 'deauthorisation'
    case 'group':
      return value === 'removed' ? 'deauthorisation' : 'profile'
    case 'secret':
      return value === 'deleted' ? 'deauthorisation' : 'credentials'
    case 'device':
      return value === 'forgotten' ? 'deauthorisation' : 'sessions'
    case 'factor':
    case 'revoked':
    case 'signed-out':
      return 'deauthorisation'
  }
}
