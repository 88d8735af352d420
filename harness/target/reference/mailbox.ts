import type { Json } from '../../kernel/json.ts'
import type { RunningRegion } from '../contract.ts'

/** A Region tells of what it sent over its control channel; other systems need a real mailbox. */
const command = 'messages'

/**
 * The code for a new password that a user was sent last, whichever Region sent it; undefined if no
 * Region that answers knows of one.
 */
export async function latestResetCode(
  regions: readonly Pick<RunningRegion, 'control'>[],
  user: string,
): Promise<string | undefined> {
  const lists = await Promise.all(
    // A Region that is down tells nothing; what it sent before is not at hand either.
    regions.map(({ control }) => control.command(command, { user }).catch(() => [])),
  )
  const codes = lists.flatMap(resetCodes)
  return codes.reduce<ResetCode | undefined>(
    (newest, code) => (newest === undefined || code.at >= newest.at ? code : newest),
    undefined,
  )?.secret
}

interface ResetCode {
  readonly at: number
  readonly secret: string
}

function resetCodes(messages: Json): readonly ResetCode[] {
  if (!Array.isArray(messages)) return []
  return (messages as readonly Json[]).flatMap((message) => {
    const { kind, at, secret } = (message ?? {}) as { readonly [field: string]: Json }
    const isCode = kind === 'reset-code' && typeof at === 'number' && typeof secret === 'string'
    return isCode ? [{ at, secret }] : []
  })
}
