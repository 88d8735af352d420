import { optionalArgument, textArgument } from '../../operation-fields.ts'
import { wrongCode } from '../../wrong-code.ts'
import { failedOutcome } from '../api.ts'
import { issuedTokens } from '../issued-tokens.ts'
import type { OperationHandler } from '../operation-handler.ts'
import { softwareTokenChallenge } from './sign-ins.ts'

/** `ok` where a guess was taken for right; its tokens are looked at and thrown away. */
const guessed: OperationHandler['outcome'] = async (answer, _operation, context) => {
  if (!answer.ok) return failedOutcome(answer)
  const issued = await issuedTokens(answer.output, context)
  return { type: 'ok', ...(issued === undefined ? {} : { tokens: issued.tokens }) }
}

/** An attacker's sign-in: each guess is a password that nobody ever had. */
export const guessPassword: OperationHandler = {
  request: (operation, { clientId, secrets }) => ({
    operation: 'InitiateAuth',
    input: {
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: clientId,
      AuthParameters: {
        USERNAME: operation.user,
        PASSWORD: secrets.wrongPasswordFor(operation.id),
      },
    },
  }),
  outcome: guessed,
}

/**
 * A wrong code of a software token. With `totpSecret` it is certain to be wrong; without, it is
 * right once in some 300,000.
 */
export const guessCode: OperationHandler = {
  request: (operation, { clientId, secrets, wall }) => ({
    operation: 'RespondToAuthChallenge',
    input: {
      ClientId: clientId,
      ChallengeName: softwareTokenChallenge,
      Session: textArgument(operation, 'session'),
      ChallengeResponses: {
        USERNAME: operation.user,
        SOFTWARE_TOKEN_MFA_CODE: wrongCode(
          secrets,
          operation.id,
          optionalArgument(operation, 'totpSecret'),
          wall.now(),
        ),
      },
    },
  }),
  outcome: guessed,
}

/** A wrong code for a lost password; right once in a million. */
export const guessResetCode: OperationHandler = {
  request: (operation, { clientId, secrets }) => ({
    operation: 'ConfirmForgotPassword',
    input: {
      ClientId: clientId,
      Username: operation.user,
      ConfirmationCode: secrets.codeFor(operation.id, 0),
      Password: secrets.wrongPasswordFor(operation.id),
    },
  }),
  outcome: guessed,
}
