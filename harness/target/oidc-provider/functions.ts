import type { OperationFunction } from '../../history/operation.ts'

/** By the standards, and by SCIM. There is no lockout, so nobody guesses. */
export const oidcProviderFunctions: readonly OperationFunction[] = [
  'add-to-group',
  'admin-create-user',
  'delete-user',
  'disable-user',
  'enable-user',
  'machine-sign-in',
  'read-groups',
  'read-user',
  'refresh',
  'remove-from-group',
  'revoke',
  'rotate',
  'set-password',
  'sign-in',
  'update-attribute',
  'use-token',
]
