import type { OperationFunction, RegisterKind } from '../../history/operation.ts'
import type { Attempt, HistoryFold } from './history-fold.ts'
import { type MintedToken, referenceOf } from './minted-tokens.ts'

/** What became of a session when it was used. */
export type UseOutcome =
  | 'went-on'
  /** It is over, and nothing that anybody did explains it. */
  | 'ended'
  /** It is over, or may be, by something that somebody did. */
  | 'ended-by-change'
  | 'throttled'
  | 'unknown'

/** One use of a session: a refresh, a rotation, or a presented access token. */
export interface SessionUse {
  readonly attempt: Attempt
  readonly token: MintedToken
  /** The place of the presented token. */
  readonly presented: number
  readonly redeems: boolean
  readonly outcome: UseOutcome
}

const redeeming: ReadonlySet<OperationFunction> = new Set(['refresh', 'rotate'])

/** What uses a session. */
export const sessionFunctions: ReadonlySet<OperationFunction> = new Set([...redeeming, 'use-token'])

/** What takes sessions away, whatever it is called in a system. */
const endingKinds: ReadonlySet<RegisterKind> = new Set(['enabled', 'password', 'signed-out'])

/** The use of a session that an attempt is; undefined if it is none, or of an unknown session. */
export function sessionUseOf(attempt: Attempt, fold: HistoryFold): SessionUse | undefined {
  const { function: fn, arguments: given } = attempt.invoke
  const redeems = redeeming.has(fn)
  if (!redeems && !sessionFunctions.has(fn)) return undefined
  const from = referenceOf(redeems ? given.refreshToken : given.accessToken)
  const presented = from === undefined ? -1 : fold.minted.indexOf(from)
  if (presented < 0) return undefined
  const token = fold.minted.at(presented)
  const outcome = outcomeOf(attempt, redeems, () => mayBeEnded(fold, attempt.invoke.user, token))
  return { attempt, token, presented, redeems, outcome }
}

function outcomeOf(
  { completion }: Attempt,
  redeems: boolean,
  explained: () => boolean,
): UseOutcome {
  if (completion.type === 'ok') return 'went-on'
  if (completion.type === 'info') return 'unknown'
  switch (completion.error?.meaning) {
    case 'reauthenticate':
    case 'revoked':
      return explained() ? 'ended-by-change' : 'ended'
    case 'token-refused':
      if (!redeems) return 'unknown'
      return explained() ? 'ended-by-change' : 'ended'
    case 'throttled':
      return 'throttled'
    default:
      return 'unknown'
  }
}

/**
 * True if something that may have taken effect ends the session: its revocation, a sign-out, a
 * delete, a disable, a new password. Acknowledged, unknown or under way.
 */
export function mayBeEnded(
  { registers, minted }: HistoryFold,
  userName: string,
  { root, first }: MintedToken,
): boolean {
  const user = registers.user(userName)
  if (user === undefined) return false
  if (registers.mayBeDeleted(user) || minted.mayBeRevoked(user, root)) return true
  const began = minted.at(first).inv
  return user.registers.some(
    (register) =>
      endingKinds.has(register.kind) &&
      (register.open.length > 0 || registers.writesOf(register).some(({ end }) => end >= began)),
  )
}
