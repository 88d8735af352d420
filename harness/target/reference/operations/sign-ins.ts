import type { Outcome } from '../../contract.ts'
import { totpCodeAt } from '../../totp.ts'
import { type ApiAnswer, failedOutcome, malformedOutcome, textField } from '../api.ts'
import { issuedTokens } from '../issued-tokens.ts'
import {
  type OperationContext,
  type OperationHandler,
  observedField,
  readsOf,
  textArgument,
} from '../operation-handler.ts'

const softwareTokenChallenge = 'SOFTWARE_TOKEN_MFA'

/** Answered only after the password was found to be right: the refusal shows it too. */
const notConfirmed = 'UserNotConfirmedException'

/**
 * A sign-in by name and password: results the tokens, or `session` where a software token is asked
 * for. Either shows that the password is the one that was given.
 */
export const signIn: OperationHandler = {
  request: (operation, { clientId, secrets }) => ({
    operation: 'InitiateAuth',
    input: {
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: clientId,
      AuthParameters: {
        USERNAME: operation.user,
        PASSWORD: secrets.passwordFor(textArgument(operation, 'password')),
      },
    },
  }),
  outcome: async (answer, operation, context) => {
    const outcome = await signInOutcome(answer, context)
    if (outcome.type !== 'ok' && outcome.error?.code !== notConfirmed) return outcome
    const value = textArgument(operation, 'password')
    const observed = readsOf(operation, 'password').map((register) => ({ register, value }))
    return { ...outcome, ...observedField(observed) }
  },
}

/** The second step of a sign-in: the code of this moment. Results the tokens. */
export const answerTotp: OperationHandler = {
  request: (operation, { clientId, wall }) => ({
    operation: 'RespondToAuthChallenge',
    input: {
      ClientId: clientId,
      ChallengeName: softwareTokenChallenge,
      Session: textArgument(operation, 'session'),
      ChallengeResponses: {
        USERNAME: operation.user,
        SOFTWARE_TOKEN_MFA_CODE: totpCodeAt(textArgument(operation, 'totpSecret'), wall.now()),
      },
    },
  }),
  outcome: async (answer, _operation, context) => {
    const outcome = await signInOutcome(answer, context)
    return outcome.results?.session === undefined ? outcome : challengeRequired()
  },
}

async function signInOutcome(answer: ApiAnswer, context: OperationContext): Promise<Outcome> {
  if (!answer.ok) return failedOutcome(answer)
  const challenge = textField(answer.output, 'ChallengeName')
  if (challenge !== undefined) {
    const session = textField(answer.output, 'Session')
    if (challenge !== softwareTokenChallenge) return challengeRequired()
    return session === undefined ? malformedOutcome() : { type: 'ok', results: { session } }
  }
  const issued = await issuedTokens(answer.output, context.inspector)
  return issued === undefined ? malformedOutcome() : { type: 'ok', ...issued }
}

function challengeRequired(): Outcome {
  return failedOutcome({ ok: false, code: 'challenge-required', status: 200 })
}
