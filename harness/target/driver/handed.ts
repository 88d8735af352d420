import type { Argument, OperationFunction } from '../../history/operation.ts'
import type { WallClock } from '../../kernel/clock.ts'
import type { Json } from '../../kernel/json.ts'
import type { ResolvedOperation } from '../contract.ts'
import type { Secrets } from '../secrets.ts'
import { totpCodeAt } from '../totp.ts'
import { wrongCode } from '../wrong-code.ts'
import type { PerformRequest } from './protocol.ts'

/** They set a password, which is that of their own id. */
const setters: ReadonlySet<OperationFunction> = new Set([
  'sign-up',
  'admin-create-user',
  'set-password',
  'change-password',
  'confirm-forgot-password',
  'answer-new-password',
])

/** They present the code of this moment. */
const codePresenters: ReadonlySet<OperationFunction> = new Set(['verify-totp', 'answer-totp'])

/** What a driver is handed for one operation: what may be written, and what may not. */
export type Handed = Pick<PerformRequest, 'arguments' | 'secrets'>

/**
 * Labels become passwords, references become what they refer to, and an authenticator app is asked
 * for its code, so that a driver translates and derives nothing.
 */
export function handed(
  operation: ResolvedOperation,
  { secrets, wall }: { readonly secrets: Secrets; readonly wall: WallClock },
): Handed {
  const plain: Record<string, Json> = {}
  const hidden: Record<string, string> = {}
  for (const [name, value] of Object.entries(operation.arguments)) {
    const resolved = operation.resolved[name]
    if (isReference(value)) {
      if (resolved !== undefined) hidden[name] = resolved
    } else if (name === 'password') hidden.password = secrets.passwordFor(String(value))
    else plain[name] = value as Json
  }
  const { id, function: name } = operation
  const { totpSecret } = hidden
  if (setters.has(name)) hidden.newPassword = secrets.passwordFor(id)
  if (name === 'guess-password') hidden.password = secrets.wrongPasswordFor(id)
  if (name === 'guess-code') hidden.code = wrongCode(secrets, id, totpSecret, wall.now())
  if (name === 'guess-reset-code') {
    hidden.code = secrets.codeFor(id, 0)
    hidden.newPassword = secrets.wrongPasswordFor(id)
  }
  if (codePresenters.has(name) && totpSecret !== undefined) {
    hidden.code = totpCodeAt(totpSecret, wall.now())
  }
  return { arguments: plain as Handed['arguments'], secrets: hidden }
}

function isReference(argument: Argument): boolean {
  return typeof argument === 'object' && argument !== null && 'from' in argument
}
