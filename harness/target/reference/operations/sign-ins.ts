import type { Outcome, ResolvedOperation } from '../../contract.ts'
import { totpCodeAt } from '../../totp.ts'
import {
  type ApiAnswer,
  type ApiRequest,
  failedOutcome,
  malformedOutcome,
  textField,
} from '../api.ts'
import { deviceParameter } from '../device.ts'
import { issuedTokens } from '../issued-tokens.ts'
import {
  type OperationContext,
  type OperationHandler,
  observedField,
  readsOf,
  textArgument,
} from '../operation-handler.ts'

/** The challenge that asks for a code of a software token. */
export const softwareTokenChallenge = 'SOFTWARE_TOKEN_MFA'

const deviceChallenge = 'DEVICE_SRP_AUTH'

/** Challenges that a later operation answers in the session of this one. */
const answerable: readonly string[] = [softwareTokenChallenge, deviceChallenge]

/** Answered only after the password was found to be right: the refusal shows it too. */
const notConfirmed = 'UserNotConfirmedException'

/**
 * A sign-in by name and password: results the tokens, or `session` where a software token or the
 * proof of the device that it named is asked for. Either shows that the password is the one that
 * was given.
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
        ...deviceParameter(operation),
      },
    },
  }),
  outcome: passwordSignInOutcome,
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
        ...deviceParameter(operation),
      },
    },
  }),
  outcome: async (answer, _operation, context, request) => {
    const outcome = await signInOutcome(answer, context, [deviceChallenge])
    const code = presentedCode(request)
    if (outcome.type !== 'ok' || code === undefined) return outcome
    return { ...outcome, results: { ...outcome.results, code } }
  },
}

/** The same step with a code that was presented before. */
export const replayTotp: OperationHandler = {
  request: (operation, { clientId }) => ({
    operation: 'RespondToAuthChallenge',
    input: {
      ClientId: clientId,
      ChallengeName: softwareTokenChallenge,
      Session: textArgument(operation, 'session'),
      ChallengeResponses: {
        USERNAME: operation.user,
        SOFTWARE_TOKEN_MFA_CODE: textArgument(operation, 'code'),
      },
    },
  }),
  outcome: (answer, _operation, context) => signInOutcome(answer, context),
}

/** As of a password that was shown in whatever way: what is no refusal of it shows the label. */
export async function passwordSignInOutcome(
  answer: ApiAnswer,
  operation: ResolvedOperation,
  context: OperationContext,
): Promise<Outcome> {
  const outcome = await signInOutcome(answer, context)
  if (outcome.type !== 'ok' && outcome.error?.code !== notConfirmed) return outcome
  const value = textArgument(operation, 'password')
  const observed = readsOf(operation, 'password').map((register) => ({ register, value }))
  return { ...outcome, ...observedField(observed) }
}

/**
 * What an answered step of a sign-in came to: the tokens, or the session of a further step.
 *
 * @param accepted - The challenges that may follow.
 */
export async function signInOutcome(
  answer: ApiAnswer,
  context: OperationContext,
  accepted: readonly string[] = answerable,
): Promise<Outcome> {
  if (!answer.ok) return failedOutcome(answer)
  const challenge = textField(answer.output, 'ChallengeName')
  if (challenge !== undefined) {
    const session = textField(answer.output, 'Session')
    if (!accepted.includes(challenge)) return challengeRequired()
    return session === undefined ? malformedOutcome() : { type: 'ok', results: { session } }
  }
  const issued = await issuedTokens(answer.output, context.inspector)
  return issued === undefined ? malformedOutcome() : { type: 'ok', ...issued }
}

function challengeRequired(): Outcome {
  return failedOutcome({ ok: false, code: 'challenge-required', status: 200 })
}

function presentedCode({ input }: ApiRequest): string | undefined {
  const { SOFTWARE_TOKEN_MFA_CODE: code } = input.ChallengeResponses as Record<string, string>
  return code
}
