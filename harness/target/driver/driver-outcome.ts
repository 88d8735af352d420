import type { TokenObservation } from '../../history/line.ts'
import {
  type OperationFunction,
  type RegisterValue,
  registerKind,
} from '../../history/operation.ts'
import type { Outcome, ResolvedOperation } from '../contract.ts'
import type { TokenUse } from '../token-inspector.ts'
import type { PerformAnswer } from './protocol.ts'

const tokenFields: readonly (readonly [
  field: 'idToken' | 'accessToken' | 'refreshToken',
  use: TokenUse,
])[] = [
  ['idToken', 'id'],
  ['accessToken', 'access'],
  ['refreshToken', 'refresh'],
]

/** They present a password, and go on only where it is right. */
const passwordPresenters: ReadonlySet<OperationFunction> = new Set([
  'sign-in',
  'admin-sign-in',
  'answer-srp',
])

/** They present a token of a family that may be revoked. */
const tokenPresenters: ReadonlySet<OperationFunction> = new Set(['refresh', 'rotate', 'use-token'])

/** Attacks: what they win is looked at and thrown away. */
const guesses: ReadonlySet<OperationFunction> = new Set([
  'guess-password',
  'guess-code',
  'guess-reset-code',
])

/** Looks at a token and forgets it; of an opaque one it was perhaps said how long it lives. */
export type Inspect = (
  token: string,
  use: TokenUse,
  lifetimeSeconds?: number,
) => Promise<TokenObservation>

/**
 * What an answer that is believed means for the history. Tokens are looked at, and what follows
 * from success alone is added.
 *
 * @param code - The code that the driver was handed, if one: a later operation may replay it.
 */
export async function driverOutcome(
  answer: PerformAnswer,
  operation: ResolvedOperation,
  inspect: Inspect,
  code: string | undefined,
): Promise<Outcome> {
  const tokens = await tokensOf(answer, operation, inspect)
  const observed = observedBy(answer, operation)
  const presented = operation.function === 'answer-totp' && answer.type === 'ok' ? code : undefined
  const results = {
    ...withoutAbsent(answer.results ?? {}),
    ...(presented === undefined ? {} : { code: presented }),
  }
  const keeps = Object.keys(results).length > 0 && !guesses.has(operation.function)
  return {
    ...verdictOf(answer),
    ...(observed.length === 0 ? {} : { observed }),
    ...(tokens.length === 0 ? {} : { tokens }),
    ...(keeps ? { results } : {}),
  }
}

/** A status of 500 and above is never definite, whatever a driver makes of it; 501 is. */
function verdictOf(answer: PerformAnswer): Pick<Outcome, 'type' | 'error'> {
  if (answer.type === 'ok') return { type: 'ok' }
  const { code, status, meaning } = answer
  const inDoubt = status !== undefined && status >= 500 && status !== 501
  return {
    type: inDoubt ? 'info' : answer.type,
    error: {
      code,
      ...(status === undefined ? {} : { status }),
      ...(meaning == null ? {} : { meaning }),
    },
  }
}

/** Those that it gave, and an access token that was presented. */
async function tokensOf(
  answer: PerformAnswer,
  operation: ResolvedOperation,
  inspect: Inspect,
): Promise<readonly TokenObservation[]> {
  const seen: TokenObservation[] = []
  const presented = operation.function === 'use-token' ? operation.resolved.accessToken : undefined
  if (presented !== undefined) seen.push(await inspect(presented, 'access'))
  const lifetimeSeconds = answer.type === 'ok' ? answer.lifetimeSeconds : undefined
  for (const [field, use] of tokenFields) {
    const token = answer.results?.[field]
    if (token !== undefined) seen.push(await inspect(token, use, lifetimeSeconds))
  }
  return seen
}

/** In the order of asking: a history does not depend on the order of fields. */
function observedBy(
  answer: PerformAnswer,
  operation: ResolvedOperation,
): { readonly register: string; readonly value: RegisterValue }[] {
  return (operation.reads ?? []).flatMap((register) => {
    const shown = answer.observed?.[register]
    const value = shown === undefined ? impliedValue(answer, operation, register) : shown
    return value === undefined ? [] : [{ register, value }]
  })
}

/** What the outcome shows by itself; undefined where it shows nothing. */
function impliedValue(
  answer: PerformAnswer,
  { function: name, arguments: given }: ResolvedOperation,
  register: string,
): RegisterValue | undefined {
  const kind = registerKind(register)
  if (kind === 'password' && passwordPresenters.has(name)) {
    return answer.type === 'ok' && typeof given.password === 'string' ? given.password : undefined
  }
  if (kind !== 'revoked' || !tokenPresenters.has(name)) return undefined
  if (answer.type === 'ok') return null
  return answer.type === 'fail' && answer.meaning === 'revoked' ? 'revoked' : undefined
}

function withoutAbsent(
  results: NonNullable<PerformAnswer['results']>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(results).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
