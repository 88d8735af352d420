import type { Outcome, ResolvedOperation } from '../../contract.ts'
import { textArgument } from '../../operation-fields.ts'
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
  clientIdOf,
  type OperationContext,
  type OperationHandler,
  observedField,
  readsOf,
} from '../operation-handler.ts'

/** The challenge that asks for a code of a software token. */
export const softwareTokenChallenge = 'SOFTWARE_TOKEN_MFA'

const deviceChallenge = 'DEVICE_SRP_AUTH'

/** Challenges that a later operation answers in the session of this one. */
const answerable: readonly string[] = [softwareTokenChallenge, deviceChallenge]

const newPasswordChallenge = 'NEW_PASSWORD_REQUIRED'

/** Answered only after the password was found to be right: the refusals show it too. */
const rightPassword: ReadonlySet<string> = new Set([
  'UserNotConfirmedException',
  'challenge-required',
])

/**
 * A sign-in by name and password: results the tokens, or `session` where a software token or the
 * proof of the device that it named is asked for. Either shows that the password is the one that
 * was given. A sign-in that asks for a new password is refused, and results `session` too.
 */
export const signIn: OperationHandler = {
  request: (operation, context) => ({
    operation: 'InitiateAuth',
    input: {
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: clientIdOf(operation, context),
      AuthParameters: credentialsOf(operation, context),
    },
  }),
  outcome: passwordSignInOutcome,
}

/** The same sign-in, by the server of the application with its own rights. */
export const adminSignIn: OperationHandler = {
  request: (operation, context) => ({
    operation: 'AdminInitiateAuth',
    input: {
      UserPoolId: context.poolId,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      ClientId: clientIdOf(operation, context),
      AuthParameters: credentialsOf(operation, context),
    },
  }),
  outcome: passwordSignInOutcome,
}

/** The second step of a sign-in: the code of this moment. Results the tokens. */
export const answerTotp: OperationHandler = {
  request: (operation, context) => ({
    operation: 'RespondToAuthChallenge',
    input: {
      ClientId: clientIdOf(operation, context),
      ChallengeName: softwareTokenChallenge,
      Session: textArgument(operation, 'session'),
      ChallengeResponses: {
        USERNAME: operation.user,
        SOFTWARE_TOKEN_MFA_CODE: totpCodeAt(
          textArgument(operation, 'totpSecret'),
          context.wall.now(),
        ),
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

/** The step after a temporary password: password = the operation's id. Results the tokens. */
export const answerNewPassword: OperationHandler = {
  request: (operation, context) => ({
    operation: 'RespondToAuthChallenge',
    input: {
      ClientId: clientIdOf(operation, context),
      ChallengeName: newPasswordChallenge,
      Session: textArgument(operation, 'session'),
      ChallengeResponses: {
        USERNAME: operation.user,
        NEW_PASSWORD: context.secrets.passwordFor(operation.id),
      },
    },
  }),
  outcome: (answer, _operation, context) => signInOutcome(answer, context, []),
}

function credentialsOf(
  operation: ResolvedOperation,
  { secrets }: OperationContext,
): Readonly<Record<string, string>> {
  return {
    USERNAME: operation.user,
    PASSWORD: secrets.passwordFor(textArgument(operation, 'password')),
    ...deviceParameter(operation),
  }
}

/** As of a password that was shown in whatever way: what is no refusal of it shows the label. */
export async function passwordSignInOutcome(
  answer: ApiAnswer,
  operation: ResolvedOperation,
  context: OperationContext,
): Promise<Outcome> {
  const outcome = await signInOutcome(answer, context)
  if (outcome.type !== 'ok' && !rightPassword.has(outcome.error?.code ?? '')) return outcome
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
    if (!accepted.includes(challenge)) {
      const isAnswerable = challenge === newPasswordChallenge && session !== undefined
      return { ...challengeRequired(), ...(isAnswerable ? { results: { session } } : {}) }
    }
    return session === undefined ? malformedOutcome() : { type: 'ok', results: { session } }
  }
  const issued = await issuedTokens(answer.output, context)
  return issued === undefined ? malformedOutcome() : { type: 'ok', ...issued }
}

function challengeRequired(): Outcome {
  return failedOutcome({ ok: false, code: 'challenge-required', status: 200 })
}

function presentedCode({ input }: ApiRequest): string | undefined {
  const { SOFTWARE_TOKEN_MFA_CODE: code } = input.ChallengeResponses as Record<string, string>
  return code
}
