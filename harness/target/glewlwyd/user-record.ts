import { parseRegister, type RegisterName, type RegisterValue } from '../../history/operation.ts'

/** Opens the application; a user has one of the two. */
export const appScope = 'app'
/** The same, and asks for a code. */
export const appScopeWithCode = 'app-with-code'
/** Asks for a code, and is asked for by no application: whoever has it may register a token. */
export const enrolScope = 'enrol'

/** A user as the API shows one and takes one. */
export type UserRecord = Readonly<Record<string, unknown>>

/** The attributes that operations may name. */
const attributes = [
  'address',
  'email',
  'family_name',
  'gender',
  'given_name',
  'locale',
  'middle_name',
  'name',
  'nickname',
  'picture',
  'profile',
  'website',
  'zoneinfo',
] as const

/** The property of a user that holds an attribute; the field `name` holds who created the user. */
export function attributeProperty(attribute: string): string {
  return `attribute-${attribute}`
}

/** Every property beside the fields that each user has. */
export const userProperties: readonly string[] = attributes.map(attributeProperty)

/** Scopes of a user with or without a second factor. */
export function scopesOf(withCode: boolean): readonly string[] {
  return ['openid', withCode ? appScopeWithCode : appScope, enrolScope]
}

/**
 * The value of a register that a user shows; undefined where the record does not show it.
 *
 * @param user - Undefined where there is none: every register that one could show reads `null`.
 */
export function registerValue(
  register: RegisterName,
  user: UserRecord | undefined,
): RegisterValue | undefined {
  const { kind, detail = '' } = parseRegister(register)
  switch (kind) {
    case 'existence':
      return user === undefined ? null : (textIn(user, 'name') ?? 'no-origin')
    case 'enabled':
      return user?.enabled === false ? 'disabled' : null
    case 'factor': {
      const scope: unknown = user?.scope
      return Array.isArray(scope) && scope.includes(appScopeWithCode) ? 'totp' : null
    }
    case 'attribute':
      return textIn(user, attributeProperty(detail)) ?? null
    default:
      return undefined
  }
}

function textIn(user: UserRecord | undefined, field: string): string | undefined {
  const value = user?.[field]
  return typeof value === 'string' && value !== '' ? value : undefined
}
