import { type Operation, type Purpose, type SignedIn, seconds } from 'interregnum'

/** Where `cooldownSeconds` is 1, an application that meets an unknown key asks for it by then. */
export const cooldown = seconds(1.1)

/** So many visits in a row are let in: whoever asked for the keys has them. */
export const admittedInRow = 5

type Intent = Omit<Operation, 'id'>

/** A user shows the access token of a session to an application. */
export function visit(session: SignedIn, to: string, purpose: Purpose): Intent {
  const { user, operation } = session
  const accessToken = { from: operation, field: 'accessToken' } as const
  return { function: 'visit', user, to, purpose, arguments: { accessToken } }
}
