import type { BerReader, Control } from 'ldapts'
import { WorldError } from '../../kernel/errors.ts'

/** The client library, loaded where it is needed: whoever tests no directory needs none. */
export type LdapLibrary = typeof import('ldapts')

/** @throws WorldError with an install hint where it is missing. */
export async function loadLdapLibrary(): Promise<LdapLibrary> {
  try {
    return await import('ldapts')
  } catch (error) {
    throw new WorldError('the target openldap needs the package ldapts', {
      cause: error,
      hint: 'npm install --save-dev ldapts@8',
    })
  }
}

/** The control of the password policy (draft-behera-ldap-password-policy-10, section 6). */
const policyControl = '1.3.6.1.4.1.42.2.27.8.5.1'

const warningTag = 0xa0
const errorTag = 0x81
const accountLocked = 1

/** Asks a bind why it was refused. */
export interface PolicyControl {
  readonly control: Control
  /** True if the answer said that the account is locked. */
  readonly isLocked: () => boolean
}

export function askPolicy(library: LdapLibrary): PolicyControl {
  let error: number | undefined
  class PasswordPolicyControl extends library.Control {
    override parse(reader: BerReader): void {
      reader.readSequence()
      if (reader.peek() === warningTag) reader.readString(warningTag, true)
      if (reader.peek() === errorTag) error = reader.readString(errorTag, true)?.[0]
    }
  }
  return {
    control: new PasswordPolicyControl(policyControl),
    isLocked: () => error === accountLocked,
  }
}
