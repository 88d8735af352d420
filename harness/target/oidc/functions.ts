import type { OperationFunction } from '../../history/operation.ts'

/** What the standards of OpenID and OAuth 2.0 offer. */
const protocol: readonly OperationFunction[] = [
  'machine-sign-in',
  'refresh',
  'revoke',
  'rotate',
  'sign-in',
  'use-token',
]

/** What an administrator does to users, by SCIM or by an API of the system's own. */
const users: readonly OperationFunction[] = [
  'admin-create-user',
  'delete-user',
  'disable-user',
  'enable-user',
  'read-user',
  'set-password',
  'update-attribute',
]

/** Groups, as SCIM has them. */
export const groupFunctions: readonly OperationFunction[] = [
  'add-to-group',
  'read-groups',
  'remove-from-group',
]

/** Names in their order, so that two systems with the same functions draw the same traffic. */
export function offering(
  ...further: readonly (readonly OperationFunction[])[]
): readonly OperationFunction[] {
  return [...protocol, ...users, ...further.flat()].sort()
}
