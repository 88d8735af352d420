import type { Operation, OperationId, Purpose, RegionName } from '../history/operation.ts'
import { registerName } from '../history/operation.ts'

/** Where an operation goes and why. */
export interface Course {
  readonly to: 'route' | RegionName
  readonly purpose: Purpose
}

const workload: Course = { to: 'route', purpose: 'workload' }

/** The user creates the account: existence and password become this operation's. */
export function signUp(id: OperationId, user: string, course: Course = workload): Operation {
  return intent(id, 'sign-up', user, course, {
    writes: [
      { register: registerName(user, 'existence'), value: id },
      { register: registerName(user, 'password'), value: id },
    ],
  })
}

/** An administrator creates the account with a password; what {@link signUp} writes. */
export function createUser(id: OperationId, user: string, course: Course = workload): Operation {
  return { ...signUp(id, user, course), function: 'admin-create-user' }
}

export function confirmSignUp(id: OperationId, user: string): Operation {
  return intent(id, 'confirm-sign-up', user, workload)
}

export function setPassword(id: OperationId, user: string): Operation {
  const register = registerName(user, 'password')
  return intent(id, 'set-password', user, workload, { writes: [{ register, value: id }] })
}

export function changePassword(
  id: OperationId,
  user: string,
  session: OperationId,
  current: OperationId,
): Operation {
  return intent(id, 'change-password', user, workload, {
    arguments: { accessToken: { from: session, field: 'accessToken' }, password: current },
    writes: [{ register: registerName(user, 'password'), value: id }],
  })
}

export function updateAttribute(
  id: OperationId,
  user: string,
  attribute: string,
  course: Course = workload,
): Operation {
  return intent(id, 'update-attribute', user, course, {
    arguments: { attribute },
    writes: [{ register: registerName(user, 'attribute', attribute), value: id }],
  })
}

export function disableUser(id: OperationId, user: string): Operation {
  const register = registerName(user, 'enabled')
  return intent(id, 'disable-user', user, workload, { writes: [{ register, value: 'disabled' }] })
}

export function deleteUser(id: OperationId, user: string): Operation {
  const register = registerName(user, 'existence')
  return intent(id, 'delete-user', user, workload, { writes: [{ register, value: 'deleted' }] })
}

/** A sign-in; with `reads` it is a read of the password register. */
export function signIn(
  id: OperationId,
  user: string,
  label: OperationId,
  course: Course = workload,
  isRead = false,
): Operation {
  return intent(id, 'sign-in', user, course, {
    arguments: { password: label },
    ...(isRead ? { reads: [registerName(user, 'password')] } : {}),
  })
}

/** A refresh; with `isRead` it is a read of the family's revocation. */
export function refresh(
  id: OperationId,
  user: string,
  session: OperationId,
  course: Course = workload,
  isRead = false,
): Operation {
  return intent(id, 'refresh', user, course, {
    arguments: { refreshToken: { from: session, field: 'refreshToken' } },
    ...(isRead ? { reads: [registerName(user, 'revoked', session)] } : {}),
  })
}

export function revoke(id: OperationId, user: string, session: OperationId): Operation {
  return intent(id, 'revoke', user, workload, {
    arguments: { refreshToken: { from: session, field: 'refreshToken' } },
    writes: [{ register: registerName(user, 'revoked', session), value: 'revoked' }],
  })
}

export function presentToken(
  id: OperationId,
  user: string,
  session: OperationId,
  course: Course,
): Operation {
  return intent(id, 'use-token', user, course, {
    arguments: { accessToken: { from: session, field: 'accessToken' } },
  })
}

export function readUser(
  id: OperationId,
  user: string,
  reads: readonly string[],
  course: Course,
): Operation {
  return intent(id, 'read-user', user, course, { reads })
}

export function associateTotp(id: OperationId, user: string, session: OperationId): Operation {
  return intent(id, 'associate-totp', user, workload, {
    arguments: { accessToken: { from: session, field: 'accessToken' } },
  })
}

export function verifyTotp(
  id: OperationId,
  user: string,
  session: OperationId,
  association: OperationId,
): Operation {
  return intent(id, 'verify-totp', user, workload, {
    arguments: {
      accessToken: { from: session, field: 'accessToken' },
      totpSecret: { from: association, field: 'totpSecret' },
    },
  })
}

export function preferTotp(id: OperationId, user: string): Operation {
  const register = registerName(user, 'factor')
  return intent(id, 'prefer-totp', user, workload, { writes: [{ register, value: 'totp' }] })
}

/** @param more - Added by `assign`: in V8 a field behind a leading spread costs a microsecond. */
function intent(
  id: OperationId,
  fn: Operation['function'],
  user: string,
  course: Course,
  more: Partial<Operation> = {},
): Operation {
  const common: Operation = {
    id,
    function: fn,
    user,
    to: course.to,
    purpose: course.purpose,
    arguments: {},
    lane: user,
  }
  return Object.assign(common, more)
}
