import { type OperationId, registerName } from '../history/operation.ts'
import type { Intent } from './executor.ts'
import type { Course } from './intents.ts'
import { ownId } from './own-id.ts'

/** Second factors, remembered devices and sign-ins in steps, as intents. */

const workload: Course = { to: 'route', purpose: 'workload' }

export function associateTotp(
  user: string,
  session: OperationId,
  course: Course = workload,
): Intent {
  return intent('associate-totp', user, course, { arguments: accessTokenOf(session) })
}

export function verifyTotp(
  user: string,
  session: OperationId,
  association: OperationId,
  course: Course = workload,
): Intent {
  return intent('verify-totp', user, course, {
    arguments: { ...accessTokenOf(session), ...secretOf(association) },
  })
}

/** From its acknowledgement on, a password alone opens nothing. */
export function preferTotp(user: string, course: Course = workload): Intent {
  const register = registerName(user, 'factor')
  return intent('prefer-totp', user, course, { writes: [{ register, value: 'totp' }] })
}

/** The code of this moment, in the session of a sign-in that asked for it. */
export function answerTotp(
  user: string,
  session: OperationId,
  association: OperationId,
  course: Course = workload,
): Intent {
  return intent('answer-totp', user, course, {
    arguments: { session: { from: session, field: 'session' }, ...secretOf(association) },
  })
}

/** The code that `answered` presented before, in another session. */
export function replayTotp(
  user: string,
  session: OperationId,
  answered: OperationId,
  course: Course = workload,
): Intent {
  return intent('replay-totp', user, course, {
    arguments: {
      session: { from: session, field: 'session' },
      code: { from: answered, field: 'code' },
    },
  })
}

/** The beginning of a sign-in that never sends the password. */
export function startSrp(user: string, course: Course = workload): Intent {
  return intent('start-srp', user, course)
}

/** The proof of the labelled password, in the exchange that `started` began. */
export function answerSrp(
  user: string,
  started: OperationId,
  password: OperationId,
  course: Course = workload,
): Intent {
  return intent('answer-srp', user, course, {
    arguments: { srp: { from: started, field: 'srp' }, password },
  })
}

/** Takes up the device that a sign-in offered. */
export function confirmDevice(
  user: string,
  session: OperationId,
  course: Course = workload,
): Intent {
  return intent('confirm-device', user, course, {
    arguments: { ...accessTokenOf(session), ...deviceOf(session) },
    writes: [{ register: registerName(user, 'device', ownId), value: ownId }],
  })
}

/** A sign-in that names a device. @param device - The operation that confirmed it. */
export function signInWithDevice(
  user: string,
  password: OperationId,
  device: OperationId,
  course: Course = workload,
): Intent {
  return intent('sign-in', user, course, { arguments: { password, ...deviceOf(device) } })
}

/** The first half of the device's proof, in the session of the sign-in that named it. */
export function startDevice(
  user: string,
  session: OperationId,
  device: OperationId,
  course: Course = workload,
): Intent {
  return intent('start-device', user, course, {
    arguments: { session: { from: session, field: 'session' }, ...deviceOf(device) },
  })
}

/** The second half of the device's proof: tokens, without the factor. */
export function answerDevice(
  user: string,
  started: OperationId,
  device: OperationId,
  course: Course = workload,
): Intent {
  return intent('answer-device', user, course, {
    arguments: { srp: { from: started, field: 'srp' }, ...deviceOf(device) },
  })
}

/** An administrator forgets a device. */
export function forgetDevice(user: string, device: OperationId, course: Course = workload): Intent {
  const register = registerName(user, 'device', device)
  return intent('forget-device', user, course, {
    arguments: deviceOf(device),
    writes: [{ register, value: 'forgotten' }],
  })
}

function accessTokenOf(from: OperationId): Intent['arguments'] {
  return { accessToken: { from, field: 'accessToken' } }
}

function secretOf(from: OperationId): Intent['arguments'] {
  return { totpSecret: { from, field: 'totpSecret' } }
}

function deviceOf(from: OperationId): Intent['arguments'] {
  return { device: { from, field: 'device' } }
}

function intent(
  fn: Intent['function'],
  user: string,
  course: Course,
  more: Partial<Intent> = {},
): Intent {
  return { function: fn, user, arguments: {}, lane: user, ...course, ...more }
}
