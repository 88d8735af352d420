import type { ResolvedOperation } from '../../contract.ts'
import { textArgument } from '../../operation-fields.ts'
import { SrpClient, srpTimestamp } from '../../srp.ts'
import {
  type ApiAnswer,
  type ApiRequest,
  failedOutcome,
  malformedOutcome,
  objectField,
  textField,
} from '../api.ts'
import { deviceParameter } from '../device.ts'
import type { OperationContext, OperationHandler } from '../operation-handler.ts'
import { passwordSignInOutcome } from './sign-ins.ts'

/** Bytes of a client's secret exponent. */
const secretBytes = 32

/** An SRP exchange that waits for the client's proof, as the result `srp` carries it. */
export interface SrpExchange {
  /** The operation that began it: the client's secret is derived from it. */
  readonly begunBy: string
  readonly salt: string
  readonly serverPublic: string
  readonly secretBlock: string
  readonly session?: string
}

/** Whom a claim is about, and by which challenge. */
export interface SrpSubject {
  readonly challenge: 'PASSWORD_VERIFIER' | 'DEVICE_PASSWORD_VERIFIER'
  readonly realm: string
  readonly name: string
  readonly password: string
}

/**
 * The beginning of a sign-in that never sends the password: results `srp`. With `device` it names
 * a device at the same time.
 */
export const startSrp: OperationHandler = {
  request: (operation, context) => ({
    operation: 'InitiateAuth',
    input: {
      AuthFlow: 'USER_SRP_AUTH',
      ClientId: context.clientId,
      AuthParameters: {
        USERNAME: operation.user,
        SRP_A: srpClient(operation.id, context).clientPublic,
        ...deviceParameter(operation),
      },
    },
  }),
  outcome: (answer, operation) => exchangeOutcome(answer, operation, 'PASSWORD_VERIFIER'),
}

/** The proof of the labelled password: as `sign-in`. */
export const answerSrp: OperationHandler = {
  request: (operation, context) =>
    claimRequest(operation, context, {
      challenge: 'PASSWORD_VERIFIER',
      realm: context.poolId.slice(context.poolId.indexOf('_') + 1),
      name: operation.user,
      password: context.secrets.passwordFor(textArgument(operation, 'password')),
    }),
  outcome: passwordSignInOutcome,
}

/** The client of an exchange, the same each time it is asked for. */
export function srpClient(begunBy: string, { secrets, srpGroup }: OperationContext): SrpClient {
  return new SrpClient(srpGroup, secrets.bytesFor(begunBy, secretBytes))
}

/** The outcome of a step that is answered by an SRP challenge: results `srp`. */
export function exchangeOutcome(
  answer: ApiAnswer,
  operation: ResolvedOperation,
  challenge: SrpSubject['challenge'],
): ReturnType<typeof failedOutcome> {
  if (!answer.ok) return failedOutcome(answer)
  if (textField(answer.output, 'ChallengeName') !== challenge) return malformedOutcome()
  const parameters = objectField(answer.output, 'ChallengeParameters')
  const salt = textField(parameters, 'SALT')
  const serverPublic = textField(parameters, 'SRP_B')
  const secretBlock = textField(parameters, 'SECRET_BLOCK')
  const session = textField(answer.output, 'Session')
  if (salt === undefined || serverPublic === undefined || secretBlock === undefined) {
    return malformedOutcome()
  }
  const exchange: SrpExchange = {
    begunBy: operation.id,
    salt,
    serverPublic,
    secretBlock,
    ...(session === undefined ? {} : { session }),
  }
  return { type: 'ok', results: { srp: JSON.stringify(exchange) } }
}

/** The answer to an SRP challenge. */
export function claimRequest(
  operation: ResolvedOperation,
  context: OperationContext,
  { challenge, ...proof }: SrpSubject,
): ApiRequest {
  const exchange = JSON.parse(textArgument(operation, 'srp')) as SrpExchange
  const timestamp = srpTimestamp(context.wall.now())
  const client = srpClient(exchange.begunBy, context)
  return {
    operation: 'RespondToAuthChallenge',
    input: {
      ClientId: context.clientId,
      ChallengeName: challenge,
      ...(exchange.session === undefined ? {} : { Session: exchange.session }),
      ChallengeResponses: {
        USERNAME: operation.user,
        PASSWORD_CLAIM_SECRET_BLOCK: exchange.secretBlock,
        PASSWORD_CLAIM_SIGNATURE: client.claim(exchange, proof, timestamp),
        TIMESTAMP: timestamp,
        ...deviceParameter(operation),
      },
    },
  }
}
