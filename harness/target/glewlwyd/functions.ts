import type { OperationFunction } from '../../history/operation.ts'

/** What Glewlwyd offers by its API of users, its scheme of codes and its plugin for OpenID. */
export const glewlwydFunctions: readonly OperationFunction[] = [
  'admin-create-user',
  'answer-totp',
  'associate-totp',
  'delete-user',
  'disable-user',
  'enable-user',
  'guess-code',
  'guess-password',
  'machine-sign-in',
  'prefer-totp',
  'read-user',
  'refresh',
  'replay-totp',
  'revoke',
  'rotate',
  'set-password',
  'sign-in',
  'update-attribute',
  'use-token',
  'verify-totp',
]
