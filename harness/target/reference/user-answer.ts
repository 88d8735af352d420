import { parseRegister, type RegisterName, type RegisterValue } from '../../history/operation.ts'
import type { Observed } from '../operation-fields.ts'

/** The attribute that holds the id of the operation that created the user. */
export const originAttribute = 'profile'

/** The one attribute whose value has a form: the operation's id, and {@link mailDomain}. */
export const emailAttribute = 'email'

/** Nobody can have this domain (RFC 2606): no message leaves. */
export const mailDomain = '@users.invalid'

/** A user without {@link originAttribute}: a value that nobody wrote. */
const originMissing = 'no-origin'

const softwareToken = 'SOFTWARE_TOKEN_MFA'

/** What AdminGetUser or GetUser shows of a user. */
export interface UserAnswer {
  readonly attributes: ReadonlyMap<string, string>
  /** Undefined where the answer does not say it: GetUser. */
  readonly enabled: boolean | undefined
  readonly factors: readonly string[]
}

/** Reads the output of AdminGetUser or GetUser; undefined if it is not one. */
export function userAnswer(output: Readonly<Record<string, unknown>>): UserAnswer | undefined {
  const { UserAttributes: attributes = [], UserMFASettingList: factors = [], Enabled } = output
  if (typeof output.Username !== 'string') return undefined
  if (!Array.isArray(attributes) || !Array.isArray(factors)) return undefined
  const pairs = new Map<string, string>()
  for (const entry of attributes as readonly unknown[]) {
    const { Name, Value } = (entry ?? {}) as { Name?: unknown; Value?: unknown }
    if (typeof Name === 'string' && typeof Value === 'string') pairs.set(Name, Value)
  }
  return {
    attributes: pairs,
    enabled: typeof Enabled === 'boolean' ? Enabled : undefined,
    factors: (factors as readonly unknown[]).filter((factor) => typeof factor === 'string'),
  }
}

/**
 * The registers that an answer shows, in the order asked for. Passwords and revocations are not in
 * it, so they are left out.
 *
 * @param user - Undefined where the system says that there is no such user: every register that an
 *   answer could show reads `null`.
 */
export function observedRegisters(
  reads: readonly RegisterName[],
  user: UserAnswer | undefined,
): Observed {
  const observed: { register: RegisterName; value: RegisterValue }[] = []
  for (const register of reads) {
    const value = registerValue(register, user)
    if (value !== undefined) observed.push({ register, value })
  }
  return observed
}

function attributeValue(name: string, value: string | undefined): RegisterValue {
  if (value === undefined) return null
  const isAddress = name === emailAttribute && value.endsWith(mailDomain)
  return isAddress ? value.slice(0, -mailDomain.length) : value
}

function registerValue(
  register: RegisterName,
  user: UserAnswer | undefined,
): RegisterValue | undefined {
  const { kind, detail = '' } = parseRegister(register)
  switch (kind) {
    case 'existence':
      return user === undefined ? null : (user.attributes.get(originAttribute) ?? originMissing)
    case 'attribute':
      return attributeValue(detail, user?.attributes.get(detail))
    case 'enabled':
      if (user === undefined) return null
      return user.enabled === undefined ? undefined : user.enabled ? null : 'disabled'
    case 'factor':
      return user?.factors.includes(softwareToken) ? 'totp' : null
    case 'password':
    case 'revoked':
    case 'group':
    case 'secret':
    case 'device':
    case 'signed-out':
      return undefined
  }
}
