import type { EventLine, FaultEffect } from '../../history/line.ts'
import type { Choices } from './choices.ts'
import { HistoryBuilder, lossOfPrimary, primary, replica } from './history-builder.ts'
import { sampleToken } from './sample-token.ts'

const degraded: readonly FaultEffect[] = [{ effect: 'region-degraded', region: primary }]

/** A random history of refreshes around an outage. */
export function randomWave(choices: Choices): readonly EventLine[] {
  const builder = new HistoryBuilder()
  const sessions: { readonly user: string; readonly operation: string }[] = []
  const open: { readonly operation: string; readonly refreshes: boolean }[] = []
  let process = 0
  const signIn = (user: string): void => {
    const tokens = [sampleToken(builder, { subject: user })]
    const options = { function: 'sign-in', process } as const
    sessions.push({ user, operation: builder.perform(user, options, { tokens }) })
  }
  const answer = (): void => {
    const [waiting] = open.splice(choices.below(open.length), 1)
    if (waiting === undefined) return
    const type = choices.pick(['ok', 'ok', 'fail', 'info'] as const)
    if (type === 'ok' && waiting.refreshes) {
      builder.complete(waiting.operation, { tokens: [sampleToken(builder)] })
    } else if (type === 'fail') {
      const meaning = choices.pick(['throttled', 'throttled', 'reauthenticate'] as const)
      builder.complete(waiting.operation, { type, meaning })
    } else builder.complete(waiting.operation, { type })
  }
  const refresh = (): void => {
    const { user, operation: from } = choices.pick(sessions)
    const given = { refreshToken: { from, field: 'refreshToken' } } as const
    const fn = choices.pick(['refresh', 'rotate'] as const)
    const region = choices.pick([primary, replica])
    const operation = builder.invoke(user, { process, function: fn, region, arguments: given })
    open.push({ operation, refreshes: true })
  }
  const step = (): void => {
    process += 1
    const kind = choices.below(16)
    if (kind === 0) signIn('u4')
    else if (kind < 3) {
      const probe = { process, function: 'sign-in', purpose: 'recovery-probe' } as const
      open.push({ operation: builder.invoke('p1', probe), refreshes: false })
    } else if (kind === 3 && choices.chance(40)) {
      const writes = [{ register: 'u2/signed-out', value: builder.nextId }]
      builder.perform('u2', { function: 'admin-sign-out', process, writes })
    } else refresh()
    while (open.length > 0 && choices.chance(70)) answer()
  }
  builder.route(primary, null)
  for (const user of ['u1', 'u2', 'u3']) signIn(user)
  for (let count = choices.below(4); count > 0; count -= 1) step()
  const effects = choices.pick([lossOfPrimary, degraded])
  builder.fault('fault1', 'apply', effects)
  for (let count = choices.below(3); count > 0; count -= 1) step()
  builder.fault('fault1', 'verified', effects)
  if (choices.chance(70)) builder.route(replica, primary)
  for (let count = 4 + choices.below(12); count > 0; count -= 1) step()
  while (open.length > 0 && choices.chance(90)) answer()
  return builder.end()
}
