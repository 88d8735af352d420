import { invariant } from '../../../kernel/invariant.ts'
import { optionalArgument, textArgument } from '../../operation-fields.ts'
import { srpDeviceVerifier } from '../../srp.ts'
import { failedOutcome } from '../api.ts'
import { deviceOf, deviceParameter, deviceResult } from '../device.ts'
import { acknowledged, type OperationHandler } from '../operation-handler.ts'
import { signInOutcome } from './sign-ins.ts'
import { claimRequest, exchangeOutcome, srpClient } from './srp-sign-ins.ts'

/** Bytes of the salt that a device draws for its verifier. */
const saltBytes = 16

/** Takes up the device that a sign-in offered: results `device` with a password of its own. */
export const confirmDevice: OperationHandler = {
  request: (operation, { secrets, srpGroup }) => {
    const { key, groupKey } = deviceOf(textArgument(operation, 'device'))
    const proof = { realm: groupKey, name: key, password: secrets.passwordFor(operation.id) }
    return {
      operation: 'ConfirmDevice',
      input: {
        AccessToken: textArgument(operation, 'accessToken'),
        DeviceKey: key,
        DeviceSecretVerifierConfig: srpDeviceVerifier(
          srpGroup,
          proof,
          secrets.bytesFor(operation.id, saltBytes),
        ),
      },
    }
  },
  outcome: (answer, operation) => {
    if (!answer.ok) return failedOutcome(answer)
    const { key, groupKey } = deviceOf(textArgument(operation, 'device'))
    const device = deviceResult({ key, groupKey, confirmedBy: operation.id })
    return { type: 'ok', results: { device } }
  },
}

/** The first half of a device's proof, in the session of a sign-in that named it. */
export const startDevice: OperationHandler = {
  request: (operation, context) => ({
    operation: 'RespondToAuthChallenge',
    input: {
      ClientId: context.clientId,
      ChallengeName: 'DEVICE_SRP_AUTH',
      Session: textArgument(operation, 'session'),
      ChallengeResponses: {
        USERNAME: operation.user,
        ...deviceParameter(operation),
        SRP_A: srpClient(operation.id, context).clientPublic,
      },
    },
  }),
  outcome: (answer, operation) => exchangeOutcome(answer, operation, 'DEVICE_PASSWORD_VERIFIER'),
}

/** The device's proof: results the tokens. */
export const answerDevice: OperationHandler = {
  request: (operation, context) => {
    const device = deviceOf(textArgument(operation, 'device'))
    invariant(device.confirmedBy !== undefined, `${operation.id} needs a device that is confirmed`)
    return claimRequest(operation, context, {
      challenge: 'DEVICE_PASSWORD_VERIFIER',
      realm: device.groupKey,
      name: device.key,
      password: context.secrets.passwordFor(device.confirmedBy),
    })
  },
  outcome: (answer, _operation, context) => signInOutcome(answer, context),
}

/** Forgets a device: by its user where an access token is given, else by an administrator. */
export const forgetDevice: OperationHandler = acknowledged((operation, { poolId }) => {
  const { key } = deviceOf(textArgument(operation, 'device'))
  const accessToken = optionalArgument(operation, 'accessToken')
  return accessToken === undefined
    ? {
        operation: 'AdminForgetDevice',
        input: { UserPoolId: poolId, Username: operation.user, DeviceKey: key },
      }
    : { operation: 'ForgetDevice', input: { AccessToken: accessToken, DeviceKey: key } }
})
