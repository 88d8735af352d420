import type { Outcome, ResolvedOperation } from '../../contract.ts'
import { type Observed, textArgument } from '../../operation-fields.ts'
import { type ApiAnswer, type ApiFailure, failedOutcome, malformedOutcome } from '../api.ts'
import { issuedTokens } from '../issued-tokens.ts'
import {
  acknowledged,
  clientIdOf,
  type OperationContext,
  type OperationHandler,
  observedField,
  readsOf,
} from '../operation-handler.ts'
import { observedRegisters, userAnswer } from '../user-answer.ts'

/** Redeems a refresh token: results new tokens. Its answer shows whether the family is revoked. */
export const refresh: OperationHandler = {
  request: (operation, context) => ({
    operation: 'InitiateAuth',
    input: {
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      ClientId: clientIdOf(operation, context),
      AuthParameters: { REFRESH_TOKEN: textArgument(operation, 'refreshToken') },
    },
  }),
  outcome: redeemed,
}

/** A refresh that replaces the refresh token, which only tokens of the rotating client allow. */
export const rotate: OperationHandler = {
  request: (operation, context) => ({
    operation: 'GetTokensFromRefreshToken',
    input: {
      ClientId: clientIdOf(operation, context),
      RefreshToken: textArgument(operation, 'refreshToken'),
    },
  }),
  outcome: redeemed,
}

async function redeemed(
  answer: ApiAnswer,
  operation: ResolvedOperation,
  context: OperationContext,
): Promise<Outcome> {
  if (!answer.ok) return refusedSession(answer, operation)
  const issued = await issuedTokens(answer.output, context)
  if (issued === undefined) return malformedOutcome()
  return { type: 'ok', ...issued, ...observedField(revocations(operation, null)) }
}

/** Revokes a refresh token and with it every token of its family. */
export const revoke: OperationHandler = acknowledged((operation, context) => ({
  operation: 'RevokeToken',
  input: {
    ClientId: clientIdOf(operation, context),
    Token: textArgument(operation, 'refreshToken'),
  },
}))

/** The user ends every session that began before: signed-out = the operation's id. */
export const signOut: OperationHandler = acknowledged((operation) => ({
  operation: 'GlobalSignOut',
  input: { AccessToken: textArgument(operation, 'accessToken') },
}))

/** The same by an administrator. */
export const adminSignOut: OperationHandler = acknowledged((operation, { poolId }) => ({
  operation: 'AdminUserGlobalSignOut',
  input: { UserPoolId: poolId, Username: operation.user },
}))

/** Presents an access token to the Region. The token is looked at once more, whatever came back. */
export const useToken: OperationHandler = {
  request: (operation) => ({
    operation: 'GetUser',
    input: { AccessToken: textArgument(operation, 'accessToken') },
  }),
  outcome: async (answer, operation, { inspector }) => {
    const tokens = [await inspector.observe(textArgument(operation, 'accessToken'), 'access')]
    if (!answer.ok) return { ...refusedSession(answer, operation), tokens }
    const user = userAnswer(answer.output)
    if (user === undefined) return { ...malformedOutcome(), tokens }
    const observed = [
      ...revocations(operation, null),
      ...observedRegisters(operation.reads ?? [], user),
    ]
    return { type: 'ok', ...observedField(observed), tokens }
  },
}

/** A refusal because of a revocation is a definite sight of it. */
function refusedSession(answer: ApiFailure, operation: ResolvedOperation): Outcome {
  const observed = answer.code === 'token-revoked' ? revocations(operation, 'revoked') : []
  return { ...failedOutcome(answer), ...observedField(observed) }
}

function revocations(operation: ResolvedOperation, value: 'revoked' | null): Observed {
  return readsOf(operation, 'revoked').map((register) => ({ register, value }))
}
