import type { OperationFunction } from '../../history/operation.ts'
import type { ResolvedOperation } from '../contract.ts'
import type { KnownSecrets } from './known-secrets.ts'
import type { DriverAnswer, DriverHello } from './protocol.ts'

/** Where they succeed they give tokens, or the session of a further step. */
const signInSteps: ReadonlySet<OperationFunction> = new Set([
  'sign-in',
  'admin-sign-in',
  'answer-srp',
  'answer-totp',
  'answer-new-password',
  'replay-totp',
  'answer-device',
  'redeem-code',
  'refresh',
  'rotate',
])

const tokenFields = ['accessToken', 'idToken', 'refreshToken'] as const

/** RFC 4648 section 6; padding may be left out. */
const base32 = /^[A-Za-z2-7]+=*$/

/** What an answer is held against. */
export interface Evidence {
  readonly operation: ResolvedOperation
  readonly declared: DriverHello['capabilities']
  readonly known: KnownSecrets
}

/**
 * The rule that a well-formed answer to `perform` breaks, as a clause that quotes no value;
 * undefined where it can be believed.
 */
export function contradiction(answer: DriverAnswer, evidence: Evidence): string | undefined {
  const { operation, known } = evidence
  const about = `${operation.id} (${operation.function})`
  if (answer.type === 'unsupported') {
    return `said that it does not do ${operation.function}, which it had declared`
  }
  if (answer.type !== 'ok' && answer.type !== 'fail' && answer.type !== 'info') {
    return `answered ${about} with "${answer.type}"`
  }
  const { observed = {}, results = {} } = answer
  const asked = new Set(operation.reads ?? [])
  if (Object.keys(observed).some((register) => !asked.has(register))) {
    return `showed a register in ${about} that it was not asked for`
  }
  known.add(Object.values(results).filter((text) => text !== undefined))
  const written = [...Object.values(observed), answer.type === 'ok' ? null : answer.code]
  if (written.some((text) => text !== null && known.redact(text) !== text)) {
    return `put a secret where the answer to ${about} goes into the history`
  }
  if (results.totpSecret !== undefined && !base32.test(results.totpSecret)) {
    return `gave a TOTP secret in ${about} that is not base32`
  }
  return tokenContradiction(answer, evidence)
}

function tokenContradiction(
  answer: Extract<DriverAnswer, { type: 'ok' | 'fail' | 'info' }>,
  { operation, declared }: Evidence,
): string | undefined {
  const { results = {} } = answer
  const name = operation.function
  if (declared.tokens === 'none') {
    const gives = tokenFields.some((field) => results[field] !== undefined)
    return gives ? `gave a token for ${name} although it declared that it gives none` : undefined
  }
  if (answer.type !== 'ok' || !signInSteps.has(name)) return undefined
  const goesOn = results.accessToken ?? results.session ?? results.srp
  if (goesOn !== undefined) return undefined
  return `gave no token for ${name} although it declared "${declared.tokens}" tokens`
}
