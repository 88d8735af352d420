import { type OperationId, registerName } from '../history/operation.ts'
import type { Intent } from './executor.ts'
import { intent, onTheRoute, resultOf } from './intent.ts'
import type { Course } from './intents.ts'
import { ownId } from './own-id.ts'

/** What scripts do with somebody's access, as intents: ids are drawn when they are performed. */

/** A sign-in; `client: 'rotating'` for tokens whose refresh rotates them. */
export function signIn(
  user: string,
  password: OperationId,
  course: Course = onTheRoute,
  client?: 'rotating',
): Intent {
  return intent('sign-in', user, course, {
    arguments: { password, ...(client === undefined ? {} : { client }) },
  })
}

/** The sign-in of a user by the server of the application. */
export function adminSignIn(
  user: string,
  password: OperationId,
  course: Course = onTheRoute,
): Intent {
  return intent('admin-sign-in', user, course, { arguments: { password } })
}

export function refresh(user: string, session: OperationId, course: Course = onTheRoute): Intent {
  return intent('refresh', user, course, { arguments: resultOf(session, 'refreshToken') })
}

/** A refresh that replaces the token; the next one refers to this operation. */
export function rotate(user: string, session: OperationId, course: Course = onTheRoute): Intent {
  return intent('rotate', user, course, { arguments: resultOf(session, 'refreshToken') })
}

export function presentToken(
  user: string,
  session: OperationId,
  course: Course = onTheRoute,
): Intent {
  return intent('use-token', user, course, { arguments: resultOf(session, 'accessToken') })
}

export function disableUser(user: string, course: Course = onTheRoute): Intent {
  const register = registerName(user, 'enabled')
  return intent('disable-user', user, course, { writes: [{ register, value: 'disabled' }] })
}

export function enableUser(user: string, course: Course = onTheRoute): Intent {
  const register = registerName(user, 'enabled')
  return intent('enable-user', user, course, { writes: [{ register, value: null }] })
}

export function deleteUser(user: string, course: Course = onTheRoute): Intent {
  const register = registerName(user, 'existence')
  return intent('delete-user', user, course, { writes: [{ register, value: 'deleted' }] })
}

/** The user creates the account, again if the name is free again. */
export function signUp(user: string, course: Course = onTheRoute): Intent {
  return intent('sign-up', user, course, {
    writes: [
      { register: registerName(user, 'existence'), value: ownId },
      { register: registerName(user, 'password'), value: ownId },
    ],
  })
}

export function confirmSignUp(user: string, course: Course = onTheRoute): Intent {
  return intent('confirm-sign-up', user, course)
}

export function adminCreateUser(user: string, course: Course = onTheRoute): Intent {
  const register = registerName(user, 'existence')
  return intent('admin-create-user', user, course, { writes: [{ register, value: ownId }] })
}

export function addToGroup(user: string, group: string, course: Course = onTheRoute): Intent {
  const register = registerName(user, 'group', group)
  return intent('add-to-group', user, course, {
    arguments: { group },
    writes: [{ register, value: ownId }],
  })
}

export function removeFromGroup(user: string, group: string, course: Course = onTheRoute): Intent {
  const register = registerName(user, 'group', group)
  return intent('remove-from-group', user, course, {
    arguments: { group },
    writes: [{ register, value: 'removed' }],
  })
}

/** Whether a Region knows of the account. */
export function readAccount(user: string, course: Course = onTheRoute): Intent {
  const reads = [registerName(user, 'existence'), registerName(user, 'enabled')]
  return intent('read-user', user, course, { reads })
}

/** @param added - The operation that last added the user, by group. */
export function readGroups(
  user: string,
  added: Readonly<Record<string, OperationId>>,
  course: Course = onTheRoute,
): Intent {
  const reads = Object.keys(added).map((group) => registerName(user, 'group', group))
  return intent('read-groups', user, course, { arguments: added, reads })
}

/** A password set by an administrator. */
export function setPassword(user: string, course: Course = onTheRoute): Intent {
  return intent('set-password', user, course, { writes: [passwordOf(user)] })
}

/** A password changed by its user, who shows a session and the current one. */
export function changePassword(
  user: string,
  session: OperationId,
  current: OperationId,
  course: Course = onTheRoute,
): Intent {
  return intent('change-password', user, course, {
    arguments: { ...resultOf(session, 'accessToken'), password: current },
    writes: [passwordOf(user)],
  })
}

/** An administrator ends the password: the user has to set another one with a code. */
export function resetPassword(user: string, course: Course = onTheRoute): Intent {
  return intent('reset-password', user, course, { writes: [passwordOf(user)] })
}

export function forgotPassword(user: string, course: Course = onTheRoute): Intent {
  return intent('forgot-password', user, course)
}

/** A new password, with the code that the user was sent last. */
export function confirmForgotPassword(user: string, course: Course = onTheRoute): Intent {
  return intent('confirm-forgot-password', user, course, { writes: [passwordOf(user)] })
}

/** An attribute set by an administrator. */
export function updateAttribute(
  user: string,
  attribute: string,
  course: Course = onTheRoute,
): Intent {
  return intent('update-attribute', user, course, {
    arguments: { attribute },
    writes: [{ register: registerName(user, 'attribute', attribute), value: ownId }],
  })
}

/** A verified address that codes can be sent to. */
export function setEmail(user: string, course: Course = onTheRoute): Intent {
  return updateAttribute(user, 'email', course)
}

export function revoke(user: string, session: OperationId, course: Course = onTheRoute): Intent {
  return intent('revoke', user, course, {
    arguments: resultOf(session, 'refreshToken'),
    writes: [{ register: registerName(user, 'revoked', session), value: 'revoked' }],
  })
}

/** The user ends every session that began before. */
export function signOut(user: string, session: OperationId, course: Course = onTheRoute): Intent {
  return intent('sign-out', user, course, {
    arguments: resultOf(session, 'accessToken'),
    writes: [{ register: registerName(user, 'signed-out'), value: ownId }],
  })
}

/** An administrator ends every session of the user that began before. */
export function adminSignOut(user: string, course: Course = onTheRoute): Intent {
  return intent('admin-sign-out', user, course, {
    writes: [{ register: registerName(user, 'signed-out'), value: ownId }],
  })
}

function passwordOf(user: string): { readonly register: string; readonly value: string } {
  return { register: registerName(user, 'password'), value: ownId }
}
