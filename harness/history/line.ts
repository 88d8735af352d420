import type { Json } from '../kernel/json.ts'
import type { Instant, Micros } from '../kernel/time.ts'
import type { MomentName } from './moment.ts'
import type {
  Argument,
  OperationFunction,
  OperationId,
  Purpose,
  RegionName,
  RegisterName,
  RegisterValue,
  RegisterWrite,
} from './operation.ts'

/** Version of the line format; a reader refuses others. */
export const historyFormat = 1

export type Role = 'primary' | 'replica'

/** What a system says of itself that checkers need. */
export interface DeclaredBehaviour {
  /** Upper bound of replication lag while nothing is disturbed, in milliseconds. */
  readonly lagMillisMax: number
  /** How long after heal both Regions may take to agree, in milliseconds. */
  readonly settleMillisMax: number
  /** Leeway that verifiers of tokens grant, in milliseconds. */
  readonly clockSkewMillisMax: number
}

/** A relying party of the run. `offline`: it decides without asking a Region about the token. */
export interface RelyingPartyHeader {
  readonly name: string
  readonly kind: string
  readonly offline: boolean
  /** How long it may go on with an answer that it keeps, in milliseconds; 0 where it keeps none. */
  readonly cacheMillisMax: number
  readonly leewayMillis: number
}

/** The first line. No host, path, run id or date. */
export interface HeaderLine {
  readonly type: 'header'
  readonly format: typeof historyFormat
  readonly scenario: string
  readonly claim: string
  readonly requirements: readonly string[]
  /** The objectives that were fixed before it, as they are written; absent where there are none. */
  readonly objectives?: readonly string[]
  readonly seed: number
  readonly target: string
  /** True where the tested system is a model (the reference stack), not a real system. */
  readonly model: boolean
  readonly regions: readonly { readonly name: RegionName; readonly role: Role }[]
  readonly declared: DeclaredBehaviour
  /** Applications that trust the tokens, with how they decide. */
  readonly relyingParties?: readonly RelyingPartyHeader[]
  /** Regions that clients reach over TLS, so that each request checks a certificate. */
  readonly encrypted?: readonly RegionName[]
  /** How the system says that it counts wrong guesses. */
  readonly lockout?: {
    readonly scope: 'regional' | 'mirrored' | 'none'
    readonly threshold: number
  }
  /** One process, one operation at a time. */
  readonly pinned: boolean
}

/** `at` of every other line: microseconds of the harness's monotonic clock since the start. */
interface Timed {
  readonly at: Micros
}

/** Stamped before the first byte leaves. */
export interface InvokeLine extends Timed {
  readonly type: 'invoke'
  readonly process: number
  readonly operation: OperationId
  readonly function: OperationFunction
  readonly user: string
  /** The Region, router or relying party that the request was sent to. */
  readonly region: RegionName
  readonly purpose: Purpose
  /** References stay references; secrets never stand here. */
  readonly arguments: Readonly<Record<string, Argument>>
  readonly writes?: readonly RegisterWrite[]
  readonly reads?: readonly RegisterName[]
  readonly population?: string
  readonly retryOf?: OperationId
}

/** What one Region's verifier said of a token when it was seen. */
export interface TokenVerification {
  readonly region: RegionName
  /** The `jwks` line that it was checked against. */
  readonly snapshot: string
  readonly accepted: boolean
  /** Code of the reason of refusal, such as `ERR_JWKS_NO_MATCHING_KEY`. */
  readonly reason?: string
}

/** What is known of a token without knowing the token. */
export interface TokenObservation {
  readonly digest: string
  readonly use: 'id' | 'access' | 'refresh'
  readonly algorithm?: string
  readonly keyId?: string
  readonly issuer?: string
  readonly audience?: string
  readonly subject?: string
  /** Wall clock of the token itself, microseconds since the epoch. */
  readonly issuedAt?: Instant
  readonly expiresAt?: Instant
  readonly authenticatedAt?: Instant
  /** Digest of the refresh family (`origin_jti`). */
  readonly family?: string
  /** Wall clock of the clients when it was seen, microseconds since the epoch. */
  readonly seenAt?: Instant
  /** What this issuer is documented to be, if the target knows it. */
  readonly expectedIssuer?: string
  readonly expectedAudience?: string
  readonly verifications: readonly TokenVerification[]
  /** Groups that the token carries. */
  readonly groups?: readonly string[]
  /**
   * Digests of every claim but times and ids (`iat exp auth_time jti origin_jti event_id`), by
   * name: equal digests are equal values.
   */
  readonly claims?: Readonly<Record<string, string>>
}

/**
 * What a refusal means in words that hold for every system. `wrong-credentials`: a password or code
 * was evaluated and is wrong. `locked`: nothing was evaluated. `gated`: the Region does not take
 * this operation in its role. `factor-required`: a further step was asked for. `reauthenticate`:
 * the session is over and only a new sign-in helps.
 */
export const answerMeanings = [
  'wrong-credentials',
  'locked',
  'gated',
  'throttled',
  'disabled',
  'absent',
  'revoked',
  'reset-required',
  'factor-required',
  'expired',
  'reauthenticate',
  'token-refused',
  'unavailable',
] as const

export type AnswerMeaning = (typeof answerMeanings)[number]

/** What the tested system said in place of success. */
export interface AnsweredError {
  /** Absent where the code says nothing more than that it failed. */
  readonly meaning?: AnswerMeaning
  /** The registry's code, such as `NotAuthorizedException` or `connection-refused`. */
  readonly code: string
  readonly status?: number
}

/** Stamped after the last byte was read. `info`: unknown whether it happened. */
export interface CompletionLine extends Timed {
  readonly type: 'ok' | 'fail' | 'info'
  readonly process: number
  readonly operation: OperationId
  readonly error?: AnsweredError
  /** What a read showed. */
  readonly observed?: readonly { readonly register: RegisterName; readonly value: RegisterValue }[]
  readonly tokens?: readonly TokenObservation[]
  /** The Region that answered, where the request went to a router that says so. */
  readonly servedBy?: RegionName
}

/** What a fault does to the world, in words that checkers understand without knowing the fault. */
export type FaultEffect =
  /** The Region cannot acknowledge: dead, frozen, or no client can reach it. */
  | { readonly effect: 'region-unavailable'; readonly region: RegionName }
  /** Replication is cut, held, slowed or one way. */
  | { readonly effect: 'replication-disturbed'; readonly region: RegionName }
  /** Clients of this Region are slowed. */
  | { readonly effect: 'clients-disturbed'; readonly region: RegionName }
  /** The Region's wall clock is off. */
  | { readonly effect: 'clock-skewed'; readonly region: RegionName; readonly offsetMillis: number }
  /** The Region refuses, fails or delays some of what it is asked, and serves the rest. */
  | { readonly effect: 'region-degraded'; readonly region: RegionName }
  /** Pools and replicas cannot be administered there; users are served. */
  | { readonly effect: 'management-unavailable'; readonly region: RegionName }
  /** The Region's health check does not say how it is. */
  | { readonly effect: 'health-misreported'; readonly region: RegionName }
  /** Tokens are signed by other keys than before; those of the former ones stay valid. */
  | { readonly effect: 'keys-rotated'; readonly region: RegionName }

export type FaultPhase =
  | 'apply'
  | 'applied'
  | 'verified'
  | 'not-verified'
  | 'heal'
  | 'healed'
  | 'heal-verified'
  | 'heal-not-verified'

export interface FaultLine extends Timed {
  readonly type: 'fault'
  /** `fault1`, `fault2`, … in the order of injection. */
  readonly fault: string
  readonly kind: string
  readonly phase: FaultPhase
  readonly parameters: Readonly<Record<string, Json>>
  readonly effects: readonly FaultEffect[]
  /** What verification saw, or why it failed. */
  readonly detail?: string
}

/** Clients were switched: their route, or what the router leads to that they come through. */
export interface RouteLine extends Timed {
  readonly type: 'route'
  readonly region: RegionName
  readonly previous: RegionName | null
}

/** Moments that checkers need. */
export type MarkName =
  | 'start'
  /** The first cutover read begins / the last has ended. */
  | 'cutover-read-start'
  | 'cutover-read-end'
  /** No writer is active any more. */
  | 'writers-stopped'
  /** Everything is healed; the settle bound counts from here. */
  | 'settle-start'
  /** Two successive sweeps were equal. */
  | 'settled'
  /** The settle bound ran out. */
  | 'settle-expired'
  | 'final-read-start'
  | 'final-read-end'
  /** The wall clocks of clients and of every Region were moved on; `at` was not. */
  | 'time-travelled'
  /** People marked it while they failed over; the detail is what they wrote. */
  | 'moment'
  | 'note'

export interface MarkLine extends Timed {
  readonly type: 'mark'
  readonly name: MarkName
  readonly detail?: string
  /** How far wall clocks were moved on, with `time-travelled`. */
  readonly travelled?: Micros
  /** What the label of a `moment` means; absent: a note. */
  readonly moment?: MomentName
  /** How long before `at` a `moment` was marked. */
  readonly elapsed?: Micros
}

/** A JWKS as it was fetched from a Region: key ids and algorithms only. */
export interface JwksLine extends Timed {
  readonly type: 'jwks'
  readonly region: RegionName
  readonly snapshot: string
  readonly keys: readonly { readonly keyId: string; readonly algorithm: string }[]
}

/** The harness's own event-loop delay since the line before it. */
export interface HarnessLine extends Timed {
  readonly type: 'harness'
  readonly eventLoopDelayMicrosMax: Micros
  /** Above this, measures of time mean nothing. */
  readonly limitMicros: Micros
}

/** A process of the world ended, and nobody had asked for it. */
export interface CasualtyLine extends Timed {
  readonly type: 'casualty'
  /** What it was, such as `Region us-east-1` or `link proxy`. */
  readonly name: string
  readonly pid: number
  /** `SIGKILL`, `exit code 1`, or the rule that it broke. */
  readonly how: string
  /** Present where the harness ended it, because it broke a rule. */
  readonly by?: 'harness'
}

/** The last line of a history that is whole. */
export interface EndLine extends Timed {
  readonly type: 'end'
  readonly reason: 'complete' | 'interrupted' | 'error'
  /** Code of the error, if one ended the run. */
  readonly error?: string
}

export type EventLine =
  | InvokeLine
  | CompletionLine
  | FaultLine
  | RouteLine
  | MarkLine
  | JwksLine
  | HarnessLine
  | CasualtyLine
  | EndLine

/** Everything but the seals of blocks. */
export type Line = HeaderLine | EventLine

/**
 * A seal over the lines since the seal before it: `digest` = SHA-256 over the previous digest
 * (hex; empty at first) followed by the exact bytes of those lines with their newlines.
 */
export interface BlockLine {
  readonly type: 'block'
  readonly block: number
  readonly lines: number
  readonly digest: string
}
