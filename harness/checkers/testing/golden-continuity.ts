import type { EventLine } from '../../history/line.ts'
import { busy, converge, type GoldenHistory } from './golden-story.ts'
import { type AnswerOptions, type HistoryBuilder, primary, replica } from './history-builder.ts'
import { sampleToken } from './sample-token.ts'

/** Recovery probes of one population, 25 ms apart. */
function recoveryProbes(
  builder: HistoryBuilder,
  count: number,
  region: string,
  type: 'ok' | 'fail',
): void {
  for (let sent = 0; sent < count; sent += 1) {
    const options = { function: 'machine-sign-in', purpose: 'recovery-probe', process: 8 } as const
    builder.perform('m1', { ...options, region, population: 'machine' }, { type })
    builder.wait(20)
  }
}

/** The loss of the primary, answered by a switch after so many failed probes. */
function outage(builder: HistoryBuilder, failed: number, served: number): readonly EventLine[] {
  const last = busy(builder)
  recoveryProbes(builder, 5, primary, 'ok')
  builder.strike('fault1')
  recoveryProbes(builder, failed, primary, 'fail')
  builder.route(replica, primary)
  recoveryProbes(builder, served, replica, 'ok')
  if (served === 0) recoveryProbes(builder, 25, replica, 'fail')
  builder.heal('fault1').route(primary, replica)
  return converge(builder, last)
}

/** Sign-ins of one user in both Regions whose ID tokens carry these claims. */
function paired(
  builder: HistoryBuilder,
  ...claims: readonly Readonly<Record<string, string>>[]
): readonly EventLine[] {
  const last = busy(builder)
  builder.wait(150)
  for (const [index, own] of claims.entries()) {
    const region = index === 0 ? primary : replica
    const options = { function: 'sign-in', purpose: 'parity-probe', region } as const
    builder.perform('u1', options, { tokens: [sampleToken(builder, { use: 'id', claims: own })] })
  }
  return converge(builder, last)
}

/** A session of before the switch, and what the replica answers to its refreshes. */
export function refreshed(
  builder: HistoryBuilder,
  ...answers: readonly AnswerOptions[]
): readonly EventLine[] {
  const last = busy(builder)
  const tokens = [sampleToken(builder)]
  const session = builder.perform('u2', { function: 'sign-in' }, { tokens })
  builder.strike('fault1').route(replica, primary)
  const given = { refreshToken: { from: session, field: 'refreshToken' } } as const
  const options = { function: 'refresh', region: replica, arguments: given } as const
  for (const [index, answer] of answers.entries()) {
    if (index > 0) builder.wait(100)
    const minted = answer.type === 'fail' ? {} : { tokens: [sampleToken(builder)] }
    builder.perform('u2', options, { ...answer, ...minted })
  }
  builder.heal('fault1').route(primary, replica)
  return converge(builder, last)
}

/** Histories of outages and of what users meet in them. */
export const continuityHistories: readonly GoldenHistory[] = [
  {
    name: 'clients-follow-the-switch',
    kinds: [],
    build: (builder) => outage(builder, 0, 25),
  },
  {
    name: 'machine-clients-stay-out',
    violates: 'recovery',
    kinds: ['not-recovered', 'unsteady'],
    build: (builder) => outage(builder, 6, 0),
  },
  {
    name: 'both-regions-issue-the-same-claims',
    kinds: [],
    build: (builder) => paired(builder, { sub: 'd1', roles: 'd2' }, { sub: 'd1', roles: 'd2' }),
  },
  {
    name: 'replica-leaves-a-claim-out',
    violates: 'claim-parity',
    kinds: ['missing-claim'],
    build: (builder) => paired(builder, { sub: 'd1', roles: 'd2' }, { sub: 'd1' }),
  },
  {
    name: 'sessions-go-on-after-the-switch',
    kinds: [],
    build: (builder) => refreshed(builder, {}),
  },
  {
    name: 'users-sign-in-again-after-the-switch',
    violates: 'reauthentication',
    kinds: ['signed-out'],
    build: (builder) => refreshed(builder, { type: 'fail', meaning: 'reauthenticate' }),
  },
]
