import { InvariantError } from '../kernel/errors.ts'
import type { InvokeLine, Line } from './line.ts'

/** Arguments that carry a label: the id of the operation that wrote the password or secret. */
const labelArguments: ReadonlySet<string> = new Set([
  'password',
  'newPassword',
  'currentPassword',
  'secret',
])

/** Arguments that are secrets unless they are references. */
const secretArguments: ReadonlySet<string> = new Set([
  'accessToken',
  'idToken',
  'refreshToken',
  'totpSecret',
  'session',
  'code',
  'token',
  'page',
  'cookie',
])

/** An operation's id, or a plain word such as `wrong`: no policy admits either as a password. */
const label = /^(?:op\d+|[a-z]+(?:-[a-z]+)*)$/

/** The start of a JSON object in base64url, as each part of a JWT begins: header and claims. */
const tokenText = /eyJ[\w-]{8,}\.|otpauth:\/\/|-----BEGIN /

/** Whether a text looks like a token or a key. */
export function looksLikeSecret(text: string): boolean {
  return tokenText.test(text)
}

/**
 * Passwords, tokens, codes and keys never enter a history. A line that seems to hold one is a
 * defect of the harness and stops the run before the line is stored.
 *
 * @param line - The line.
 * @param text - The same line as JSON.
 * @throws InvariantError naming the field, never the value.
 */
export function assertNoSecret(line: Line, text: string): void {
  if (line.type === 'invoke') assertArguments(line)
  if (!text.includes('eyJ') && !text.includes('otpauth:') && !text.includes('-----BEGIN ')) return
  if (looksLikeSecret(text)) throw refused(line, 'a text that looks like a token or a key')
}

function assertArguments(line: InvokeLine): void {
  for (const name in line.arguments) {
    const value = line.arguments[name]
    if (typeof value !== 'string') continue
    if (secretArguments.has(name)) throw refused(line, `argument "${name}" that is no reference`)
    if (labelArguments.has(name) && !label.test(value)) {
      throw refused(line, `argument "${name}" that is no label`)
    }
  }
}

function refused(line: Line, what: string): InvariantError {
  const subject = line.type === 'invoke' ? line.operation : line.type
  return new InvariantError(`a secret was about to enter the history: ${subject} holds ${what}`)
}
