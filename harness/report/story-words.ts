import type { CompletionLine, InvokeLine } from '../history/line.ts'
import { type Argument, parseRegister, type RegisterName } from '../history/operation.ts'

/** An operation as a client would say it: `set-password`, `sign-in, password of op12`. */
export function askText(invoke: InvokeLine): string {
  const { function: fn, user, arguments: given } = invoke
  const details = Object.entries(given).flatMap(([name, argument]) => detail(name, argument))
  const writes = (invoke.writes ?? []).flatMap(({ register }) => {
    const { kind, detail: of } = parseRegister(register)
    return kind === 'attribute' && of !== undefined && given.attribute === undefined ? [of] : []
  })
  return [`${fn} ${user}`, ...writes, ...details].join(', ')
}

function detail(name: string, argument: Argument): readonly string[] {
  if (typeof argument === 'string') {
    return /^op\d+$/.test(argument) ? [`${name} of ${argument}`] : [argument]
  }
  if (typeof argument !== 'object' || argument === null || !('from' in argument)) return []
  return [`${spaced(name)} of ${String(argument.from)}`]
}

/** `accessToken` as `access token`. */
function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

/** What came back, with the registers that matter. */
export function answerText(
  { type, error, observed, tokens }: CompletionLine,
  registers: ReadonlySet<RegisterName>,
): string {
  const code = error?.code ?? 'unknown'
  if (type === 'info') return `no answer (${code})`
  if (type === 'fail') {
    return error?.meaning === undefined ? `refused: ${code}` : `refused: ${words[error.meaning]}`
  }
  const seen = (observed ?? [])
    .filter(({ register }) => registers.has(register))
    .map(({ register, value }) => {
      const { kind, detail: of } = parseRegister(register)
      return `${of ?? kind}: ${value ?? 'unset'}`
    })
  if (seen.length > 0) return seen.join(', ')
  return tokens === undefined || tokens.length === 0 ? 'done' : 'done, tokens issued'
}

const words = {
  'wrong-credentials': 'wrong credentials',
  locked: 'locked',
  gated: 'not taken in this role',
  throttled: 'throttled',
  disabled: 'the user is disabled',
  absent: 'no such user',
  revoked: 'revoked',
  'reset-required': 'a reset is required',
  'factor-required': 'a factor is required',
  expired: 'expired',
  reauthenticate: 'sign in again',
  'token-refused': 'the token is not accepted',
  unavailable: 'unavailable',
} as const
