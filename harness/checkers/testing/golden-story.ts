import type { EventLine, HeaderLine } from '../../history/line.ts'
import { type HistoryBuilder, primary, replica } from './history-builder.ts'

/** A stored history and what checkers must say of it. */
export interface GoldenHistory {
  /** The file is `<name>.holds.ndjson` or `<name>.violates-<checker>.ndjson`. */
  readonly name: string
  /** The checker that must object; absent: none must. */
  readonly violates?: string
  /** Kinds of its findings, sorted. `missing` alone breaks no rule. */
  readonly kinds: readonly string[]
  readonly header?: Partial<HeaderLine>
  readonly build: (builder: HistoryBuilder) => readonly EventLine[]
}

const nickname = 'u1/attribute:nickname'

/** Sign-up and so many writes, a few milliseconds apart; the last is returned. */
export function busy(builder: HistoryBuilder, writes = 12): string {
  builder.mark('start').route(primary, null)
  builder.signUp('u1')
  let last = ''
  for (let count = 0; count < writes; count += 1) last = builder.write('u1')
  return last
}

/** A read of u1 in one Region. */
export function sweep(
  builder: HistoryBuilder,
  purpose: 'cutover-read' | 'settle-read' | 'final-read',
  region: string,
  value: string | null,
): void {
  builder.read('u1', region, purpose, { 'u1/existence': 'op1', [nickname]: value })
}

/** The loss of the primary, the switch, and the read after it. */
export function cutover(builder: HistoryBuilder, value: string | null): void {
  builder.strike('fault1').route(replica, primary).mark('cutover-read-start')
  sweep(builder, 'cutover-read', replica, value)
  builder.mark('cutover-read-end')
}

/** Two equal rounds and the final reads; each Region may show something of its own. */
export function converge(
  builder: HistoryBuilder,
  atPrimary: string | null,
  atReplica = atPrimary,
): readonly EventLine[] {
  builder.mark('writers-stopped').mark('settle-start')
  for (let round = 0; round < 2; round += 1) {
    sweep(builder, 'settle-read', primary, atPrimary)
    sweep(builder, 'settle-read', replica, atReplica)
  }
  builder.mark(atPrimary === atReplica ? 'settled' : 'settle-expired').mark('final-read-start')
  sweep(builder, 'final-read', primary, atPrimary)
  sweep(builder, 'final-read', replica, atReplica)
  return builder.mark('final-read-end').end()
}
