import type { Outcome, ResolvedOperation } from '../../contract.ts'
import { type ApiFailure, failedOutcome, malformedOutcome } from '../api.ts'
import { issuedTokens } from '../issued-tokens.ts'
import {
  acknowledged,
  type Observed,
  type OperationHandler,
  observedField,
  readsOf,
  textArgument,
} from '../operation-handler.ts'
import { observedRegisters, userAnswer } from '../user-answer.ts'

/** Redeems a refresh token: results new tokens. Its answer shows whether the family is revoked. */
export const refresh: OperationHandler = {
  request: (operation, { clientId }) => ({
    operation: 'InitiateAuth',
    input: {
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      ClientId: clientId,
      AuthParameters: { REFRESH_TOKEN: textArgument(operation, 'refreshToken') },
    },
  }),
  outcome: async (answer, operation, { inspector }) => {
    if (!answer.ok) return refusedSession(answer, operation)
    const issued = await issuedTokens(answer.output, inspector)
    if (issued === undefined) return malformedOutcome()
    return { type: 'ok', ...issued, ...observedField(revocations(operation, null)) }
  },
}

/** Revokes a refresh token and with it every token of its family. */
export const revoke: OperationHandler = acknowledged((operation, { clientId }) => ({
  operation: 'RevokeToken',
  input: { ClientId: clientId, Token: textArgument(operation, 'refreshToken') },
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
