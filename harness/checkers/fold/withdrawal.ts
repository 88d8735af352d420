import type { RegionName, RegisterKind } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import type { Use } from './uses.ts'

/** Kinds of change that take access away. */
export const withdrawalKinds = [
  'disable',
  'delete',
  'group',
  'secret',
  'password',
  'mfa',
  'revocation',
  'signOut',
  'device',
] as const

export type WithdrawalKind = (typeof withdrawalKinds)[number]

/** What uses of one change came to at one Region or relying party. */
export interface Tally {
  readonly node: RegionName
  /** Forbidden uses that began after the acknowledgement. */
  uses: number
  /** Latest `inv` of a forbidden use that was accepted; −∞ if none was. */
  acceptedFrom: Micros
  /** Latest `end` of one. */
  acceptedUntil: Micros
  /** Accepted ones that began after the acknowledgement. */
  late: number
  /** `end` of the first refusal after all of them; ∞ if there was none. */
  stoppedAt: Micros
  /** The same before what was accepted while the change may have been undone. */
  heldStop: Micros
  /** Some refusal came after what was accepted, whatever it meant. */
  refused: boolean
  /** `end` of the first refusal for the change: certainly for it, and perhaps. */
  firstStop: Micros
  firstRefusal: Micros
}

/** An acknowledged change that takes access away, and what was seen of it since. */
export interface Withdrawal {
  readonly kind: WithdrawalKind
  /** Its place among all changes. */
  readonly order: number
  /** Key of the operation. */
  readonly operation: number
  /** Group, label or device; empty where the kind needs none. */
  readonly key: string
  /** Root of the revoked session. */
  readonly root: number
  readonly region: RegionName
  readonly inv: Micros
  readonly end: Micros
  /** Made while the primary was unavailable. */
  readonly withoutPrimary: boolean
  /** False where a refusal may stem from an earlier change that was undone. */
  readonly clear: boolean
  readonly tallies: Tally[]
}

/** The kind of a change that takes such a register away; undefined where none does. */
export function withdrawalKind(kind: RegisterKind): WithdrawalKind | undefined {
  switch (kind) {
    case 'enabled':
      return 'disable'
    case 'existence':
      return 'delete'
    case 'group':
      return 'group'
    case 'secret':
      return 'secret'
    case 'password':
      return 'password'
    case 'factor':
      return 'mfa'
    case 'revoked':
      return 'revocation'
    case 'signed-out':
      return 'signOut'
    case 'device':
      return 'device'
    case 'attribute':
      return undefined
  }
}

/** The tally of a node, begun where there is none. */
export function tallyOf(withdrawal: Withdrawal, node: RegionName): Tally {
  const known = withdrawal.tallies.find((tally) => tally.node === node)
  if (known !== undefined) return known
  const tally: Tally = {
    node,
    uses: 0,
    acceptedFrom: -Infinity,
    acceptedUntil: -Infinity,
    late: 0,
    stoppedAt: Infinity,
    heldStop: Number.NaN,
    refused: false,
    firstStop: Infinity,
    firstRefusal: Infinity,
  }
  withdrawal.tallies.push(tally)
  return tally
}

/** Whether a use was accepted against a change; undefined where its answer does not say. */
export function acceptedAgainst({ kind, key }: Withdrawal, use: Use): boolean | undefined {
  switch (kind) {
    case 'group':
      return use.minted.length === 0
        ? undefined
        : use.minted.some((token) => token.groups?.includes(key) === true)
    case 'mfa':
      return use.accepted === undefined ? undefined : use.minted.length > 0
    case 'device':
      return use.accepted === true && use.minted.length === 0 ? undefined : use.accepted
    default:
      return use.accepted
  }
}
