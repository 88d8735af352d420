import type { RegisterName, RegisterValue } from '../../history/operation.ts'
import { parseRegister } from '../../history/operation.ts'

/** The suffix of the directory. */
export const suffix = 'dc=interregnum'

/** The account that applications use; its password is one of the run alone. */
export const serviceDn = `cn=admin,${suffix}`

/** The account that the consumer replicates with. */
export const replicatorDn = `cn=replicator,${suffix}`

const peopleDn = `ou=people,${suffix}`
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

export function groupDn(group: string): string {
  return `cn=${group},${groupsDn}`
}

/** An entry as it is added: attributes with their values. */
export type Entry = Record<string, string | string[]>

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
    case 'attribute': {
      const value = entry?.get((attributeFor(detail) ?? '').toLowerCase())
      return value === undefined || value === unset ? null : value
    }
    default:
      return undefined
  }
}
