import type { RegisterName, RegisterValue } from '../../history/operation.ts'
import { parseRegister } from '../../history/operation.ts'

/** The suffix of the directory. */
export const suffix = 'dc=interregnum'

/** The account that applications use; its password is one of the run alone. */
export const serviceDn = `cn=admin,${suffix}`

/** The account that the consumer replicates with. */
export const replicatorDn = `cn=replicator,${suffix}`

const peopleDn = `ou=people,${suffix}`
/** Holds the software tokens of users, and what they have in common. */
const tokensDn = `ou=tokens,${suffix}`
const tokenParametersDn = `cn=parameters,${tokensDn}`

const groupsDn = `ou=groups,${suffix}`

/** The groups that operations may name. */
export const groupNames = ['staff', 'auditors'] as const

/** A lock that no failed attempt sets and no time ends: an administrator's (slapo-ppolicy(5)). */
export const lockedByAdministrator = '000001010000Z'

/** A value of an attribute that an entry must have, and that nobody has set. */
export const unset = '-'

/** Holds the id of the operation that created the entry. */
export const originAttribute = 'employeeNumber'

export const lockAttribute = 'pwdAccountLockedTime'

/** Of a user who has to show a code: the entry of the token (slapo-otp(5)). */
export const tokenAttribute = 'oathTOTPToken'

/**
 * The attributes of operations in those of `inetOrgPerson` (RFC 2798); where it has none of that
 * meaning, one that takes any text.
 */
const attributeNames: Readonly<Record<string, string>> = {
  nickname: 'displayName',
  given_name: 'givenName',
  family_name: 'sn',
  middle_name: 'initials',
  name: 'cn',
  website: 'labeledURI',
  locale: 'preferredLanguage',
  email: 'mail',
  address: 'postalAddress',
  picture: 'carLicense',
  gender: 'employeeType',
  zoneinfo: 'departmentNumber',
  profile: 'description',
}

/** The attribute of an entry that holds one of an operation; undefined where there is none. */
export function attributeFor(name: string): string | undefined {
  return Object.hasOwn(attributeNames, name) ? attributeNames[name] : undefined
}

export function userDn(user: string): string {
  return `uid=${user},${peopleDn}`
}

export function tokenDn(user: string): string {
  return `cn=${user},${tokensDn}`
}

export function groupDn(group: string): string {
  return `cn=${group},${groupsDn}`
}

/** An entry as it is added: attributes with their values. */
export type Entry = Record<string, string | string[]>

/** Without its secret, which is bytes. */
export function tokenEntry(user: string): Entry {
  return { objectClass: ['device', 'oathTOTPToken'], cn: user, oathTOTPParams: tokenParametersDn }
}

/** A new user. @param origin - The operation that creates it. */
export function userEntry(user: string, origin: string, password: string | undefined): Entry {
  return {
    objectClass: ['inetOrgPerson'],
    uid: user,
    cn: unset,
    sn: unset,
    [originAttribute]: origin,
    ...(password === undefined ? {} : { userPassword: password }),
  }
}

/** Codes of six digits by HMAC-SHA-1 and steps of 30 s (RFC 6238), as authenticator apps have. */
const tokenParameters: Entry = {
  objectClass: ['device', 'oathTOTPParams'],
  cn: 'parameters',
  oathOTPLength: '6',
  oathHMACAlgorithm: '1.2.840.113549.2.7',
  oathTOTPTimeStepPeriod: '30',
  oathTOTPTimeStepWindow: '3',
}

/** What a directory holds before anybody comes, in the order in which it is added. */
export function firstEntries(
  replicatorPassword: string,
  maxFailure: number,
): readonly (readonly [dn: string, entry: Entry])[] {
  const unit = (name: string): readonly [string, Entry] => [
    `ou=${name},${suffix}`,
    { objectClass: 'organizationalUnit', ou: name },
  ]
  return [
    [suffix, { objectClass: ['dcObject', 'organization'], dc: 'interregnum', o: 'interregnum' }],
    [
      replicatorDn,
      {
        objectClass: ['organizationalRole', 'simpleSecurityObject'],
        cn: 'replicator',
        userPassword: replicatorPassword,
      },
    ],
    unit('people'),
    unit('groups'),
    unit('policies'),
    unit('tokens'),
    [tokenParametersDn, tokenParameters],
    [
      `cn=default,ou=policies,${suffix}`,
      {
        objectClass: ['device', 'pwdPolicy'],
        cn: 'default',
        pwdAttribute: 'userPassword',
        pwdLockout: 'TRUE',
        pwdMaxFailure: String(maxFailure),
        pwdLockoutDuration: '0',
        pwdFailureCountInterval: '0',
        pwdCheckQuality: '0',
      },
    ],
    // A group has at least one member (RFC 4519 section 3.5).
    ...groupNames.map((name): readonly [string, Entry] => [
      groupDn(name),
      { objectClass: 'groupOfNames', cn: name, member: serviceDn },
    ]),
  ]
}

/** What a read asks for. */
export const readAttributes = [
  'uid',
  originAttribute,
  lockAttribute,
  tokenAttribute,
  ...Object.values(attributeNames),
]

/** An entry as it is read: the first value of each attribute, by its name in lower case. */
export type ReadEntry = ReadonlyMap<string, string>

/**
 * The value of a register that an entry shows; undefined where it does not show it.
 *
 * @param entry - Undefined where there is none: every register that one could show reads `null`.
 */
export function registerValue(
  register: RegisterName,
  entry: ReadEntry | undefined,
): RegisterValue | undefined {
  const { kind, detail = '' } = parseRegister(register)
  switch (kind) {
    case 'existence':
      return entry === undefined ? null : (entry.get(originAttribute.toLowerCase()) ?? 'no-origin')
    case 'enabled':
      return entry?.get(lockAttribute.toLowerCase()) === lockedByAdministrator ? 'disabled' : null
    case 'factor':
      return entry?.has(tokenAttribute.toLowerCase()) === true ? 'totp' : null
    case 'attribute': {
      const value = entry?.get((attributeFor(detail) ?? '').toLowerCase())
      return value === undefined || value === unset ? null : value
    }
    default:
      return undefined
  }
}
