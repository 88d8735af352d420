import type { TokenObservation } from '../../history/line.ts'
import type { RegionName } from '../../history/operation.ts'
import {
  type AnswerOptions,
  type HistoryBuilder,
  type OperationOptions,
  primary,
} from './history-builder.ts'

/** An access token of which only its groups matter. */
export function accessWith(...groups: readonly string[]): TokenObservation {
  return { digest: 'a', use: 'access', groups, verifications: [] }
}

/** A sign-in with a password; its answer holds tokens unless it says otherwise. */
export function signIn(
  builder: HistoryBuilder,
  user: string,
  label: string,
  region: RegionName,
  answer: AnswerOptions = { tokens: [accessWith()] },
  more: OperationOptions = {},
): string {
  const options = { function: 'sign-in', region, arguments: { password: label }, ...more } as const
  return builder.perform(user, options, answer)
}

/** A change that takes something away, acknowledged. */
export function withdraw(
  builder: HistoryBuilder,
  user: string,
  kind: keyof typeof withdrawals,
  more: OperationOptions = {},
  answer: AnswerOptions = {},
): string {
  const value = builder.nextId
  const [fn, register, written] = withdrawals[kind]
  const writes = [{ register: `${user}/${register}`, value: written ?? value }]
  return builder.perform(user, { function: fn, writes, ...more }, answer)
}

const withdrawals = {
  disable: ['disable-user', 'enabled', 'disabled'],
  delete: ['delete-user', 'existence', 'deleted'],
  group: ['remove-from-group', 'group:staff', 'removed'],
  password: ['set-password', 'password', undefined],
  mfa: ['prefer-totp', 'factor', 'totp'],
  signOut: ['admin-sign-out', 'signed-out', undefined],
} as const

/** A use of what an earlier operation answered with. */
export function present(
  builder: HistoryBuilder,
  user: string,
  fn: 'refresh' | 'rotate' | 'use-token' | 'visit',
  from: string,
  region: RegionName,
  answer: AnswerOptions = {},
): string {
  const field = fn === 'refresh' || fn === 'rotate' ? 'refreshToken' : 'accessToken'
  const tokens = field === 'refreshToken' && answer.type !== 'fail' ? [accessWith()] : undefined
  const options = { function: fn, region, arguments: { [field]: { from, field } } } as const
  return builder.perform(user, options, tokens === undefined ? answer : { tokens, ...answer })
}

/** Ends a session by its refresh token. */
export function revoke(
  builder: HistoryBuilder,
  user: string,
  session: string,
  region: RegionName = primary,
): string {
  const writes = [{ register: `${user}/revoked:${session}`, value: 'revoked' }]
  const refreshToken = { from: session, field: 'refreshToken' } as const
  return builder.perform(user, { function: 'revoke', region, writes, arguments: { refreshToken } })
}
