import type { AnswerMeaning, TokenObservation } from '../../history/line.ts'
import type { OperationFunction, OperationId, RegionName } from '../../history/operation.ts'
import type { Attempt } from './history-fold.ts'
import { referenceOf } from './minted-tokens.ts'
import { nodeOf } from './places.ts'
import { type Session, type Sessions, sourceOf } from './sessions.ts'

/** One use of an account: what it presented, and how it was answered. */
export interface Use {
  readonly attempt: Attempt
  /** The Region or relying party that answered. */
  readonly node: RegionName
  /** `step`: the first half of a sign-in, whose success grants nothing. */
  readonly way: 'sign-in' | 'session' | 'machine' | 'step'
  /** Undefined where nobody knows, and for the success of a step. */
  readonly accepted: boolean | undefined
  readonly meaning: AnswerMeaning | undefined
  /** The operation that wrote the password or secret which was presented. */
  readonly label: OperationId | undefined
  /** The session that was presented. */
  readonly session: Session | undefined
  /** The remembered device that was presented. */
  readonly device: OperationId | undefined
  /** ID and access tokens that were handed out. */
  readonly minted: readonly TokenObservation[]
  /** It hands out tokens where it succeeds. */
  readonly mints: boolean
}

type Way = Use['way']

const ways: ReadonlyMap<OperationFunction, Way> = new Map<OperationFunction, Way>([
  ['sign-in', 'sign-in'],
  ['admin-sign-in', 'sign-in'],
  ['answer-srp', 'sign-in'],
  ['answer-totp', 'sign-in'],
  ['answer-new-password', 'sign-in'],
  ['submit-sign-in', 'sign-in'],
  ['redeem-code', 'sign-in'],
  ['answer-device', 'sign-in'],
  ['refresh', 'session'],
  ['rotate', 'session'],
  ['use-token', 'session'],
  ['visit', 'session'],
  ['open-session', 'session'],
  ['machine-sign-in', 'machine'],
  ['start-srp', 'step'],
  ['start-device', 'step'],
])

/** What uses access. */
export const useFunctions: ReadonlySet<OperationFunction> = new Set(ways.keys())

/** They present a token and get none. */
const withoutMint: ReadonlySet<OperationFunction> = new Set<OperationFunction>([
  'use-token',
  'visit',
  'open-session',
  'submit-sign-in',
  'start-srp',
  'start-device',
])

const noTokens: readonly TokenObservation[] = []

/** The label of the secret that a machine client has from the beginning. */
export const firstSecret = 'first'

/** What an attempt says of access; undefined where it uses none. */
export function useOf(attempt: Attempt, sessions: Sessions): Use | undefined {
  const { invoke, completion } = attempt
  const way = ways.get(invoke.function)
  if (way === undefined) return undefined
  const { type } = completion
  const { password, secret, device } = invoke.arguments
  const source = way === 'session' ? sourceOf(invoke.arguments) : undefined
  const mints = !withoutMint.has(invoke.function)
  const isOk = type === 'ok'
  return {
    attempt,
    node: nodeOf(attempt),
    way,
    accepted: type === 'info' || (isOk && way === 'step') ? undefined : isOk,
    meaning: completion.error?.meaning,
    label: way === 'machine' ? (textOf(secret) ?? firstSecret) : textOf(password),
    session: source === undefined ? undefined : sessions.of(source),
    device: referenceOf(device) ?? textOf(device),
    minted: isOk && mints ? handedOut(completion.tokens) : noTokens,
    mints,
  }
}

function handedOut(tokens: readonly TokenObservation[] | undefined): readonly TokenObservation[] {
  if (tokens === undefined) return noTokens
  return tokens.filter((token) => token.use !== 'refresh')
}

function textOf(argument: unknown): string | undefined {
  return typeof argument === 'string' ? argument : undefined
}
