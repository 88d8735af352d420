import { type OperationId, registerName } from '../history/operation.ts'
import type { Intent } from './executor.ts'
import { intent, onTheRoute, resultOf } from './intent.ts'
import type { Course } from './intents.ts'
import { ownId } from './own-id.ts'

/** Second factors, remembered devices and sign-ins in steps, as intents. */

export function associateTotp(
  user: string,
  session: OperationId,
  course: Course = onTheRoute,
): Intent {
  return intent('associate-totp', user, course, { arguments: resultOf(session, 'accessToken') })
}

export function verifyTotp(
  user: string,
  session: OperationId,
  association: OperationId,
  course: Course = onTheRoute,
): Intent {
  return intent('verify-totp', user, course, {
    arguments: { ...resultOf(session, 'accessToken'), ...resultOf(association, 'totpSecret') },
  })
}

/** From its acknowledgement on, a password alone opens nothing. */
export function preferTotp(user: string, course: Course = onTheRoute): Intent {
  const register = registerName(user, 'factor')
  return intent('prefer-totp', user, course, { writes: [{ register, value: 'totp' }] })
}

/** The code of this moment, in the session of a sign-in that asked for it. */
export function answerTotp(
  user: string,
  session: OperationId,
  association: OperationId,
  course: Course = onTheRoute,
): Intent {
  return intent('answer-totp', user, course, {
    arguments: { ...resultOf(session, 'session'), ...resultOf(association, 'totpSecret') },
  })
}

/** The code that `answered` presented before, in another session. */
export function replayTotp(
  user: string,
  session: OperationId,
  answered: OperationId,
  course: Course = onTheRoute,
): Intent {
  return intent('replay-totp', user, course, {
    arguments: {
      ...resultOf(session, 'session'),
      ...resultOf(answered, 'code'),
    },
  })
}

/** The beginning of a sign-in that never sends the password. */
export function startSrp(user: string, course: Course = onTheRoute): Intent {
  return intent('start-srp', user, course)
}

/** The proof of the labelled password, in the exchange that `started` began. */
export function answerSrp(
  user: string,
  started: OperationId,
  password: OperationId,
  course: Course = onTheRoute,
): Intent {
  return intent('answer-srp', user, course, {
    arguments: { ...resultOf(started, 'srp'), password },
  })
}

/** Takes up the device that a sign-in offered. */
export function confirmDevice(
  user: string,
  session: OperationId,
  course: Course = onTheRoute,
): Intent {
  return intent('confirm-device', user, course, {
    arguments: { ...resultOf(session, 'accessToken'), ...resultOf(session, 'device') },
    writes: [{ register: registerName(user, 'device', ownId), value: ownId }],
  })
}

/** A sign-in that names a device. @param device - The operation that confirmed it. */
export function signInWithDevice(
  user: string,
  password: OperationId,
  device: OperationId,
  course: Course = onTheRoute,
): Intent {
  return intent('sign-in', user, course, { arguments: { password, ...resultOf(device, 'device') } })
}

/** The first half of the device's proof, in the session of the sign-in that named it. */
export function startDevice(
  user: string,
  session: OperationId,
  device: OperationId,
  course: Course = onTheRoute,
): Intent {
  return intent('start-device', user, course, {
    arguments: { ...resultOf(session, 'session'), ...resultOf(device, 'device') },
  })
}

/** The second half of the device's proof: tokens, without the factor. */
export function answerDevice(
  user: string,
  started: OperationId,
  device: OperationId,
  course: Course = onTheRoute,
): Intent {
  return intent('answer-device', user, course, {
    arguments: { ...resultOf(started, 'srp'), ...resultOf(device, 'device') },
  })
}

/** An administrator forgets a device. */
export function forgetDevice(
  user: string,
  device: OperationId,
  course: Course = onTheRoute,
): Intent {
  const register = registerName(user, 'device', device)
  return intent('forget-device', user, course, {
    arguments: resultOf(device, 'device'),
    writes: [{ register, value: 'forgotten' }],
  })
}
