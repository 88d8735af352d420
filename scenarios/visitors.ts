import type { Operation, Purpose, SignedIn } from 'interregnum'

type Intent = Omit<Operation, 'id'>

/** A user shows the access token of a session to an application. */
export function visit(session: SignedIn, to: string, purpose: Purpose): Intent {
  const { user, operation } = session
  const accessToken = { from: operation, field: 'accessToken' } as const
  return { function: 'visit', user, to, purpose, arguments: { accessToken } }
}
