import type { EventLine, TokenObservation } from '../../history/line.ts'
import type { Choices } from './choices.ts'
import { HistoryBuilder, heldReplication, primary, replica } from './history-builder.ts'

/** A random history of sign-ins whose claims mostly agree, and of changes in between. */
export function randomClaims(choices: Choices): readonly EventLine[] {
  const builder = new HistoryBuilder()
  const open: string[] = []
  let process = 0
  const write = (user: string): void => {
    process += 1
    const value = builder.nextId
    const writes = [{ register: `${user}/attribute:nickname`, value }]
    open.push(builder.invoke(user, { process, function: 'update-attribute', writes }))
  }
  const signIn = (user: string): void => {
    process += 1
    const options = {
      process,
      function: choices.pick(['sign-in', 'sign-in', 'refresh'] as const),
      purpose: choices.pick(['parity-probe', 'workload'] as const),
      region: choices.pick([primary, replica]),
    }
    const operation = builder.invoke(user, options)
    builder.wait(choices.below(20))
    const type = choices.chance(85) ? 'ok' : choices.pick(['fail', 'info'] as const)
    const tokens = [token('access', choices), token('id', choices)]
    builder.complete(operation, type === 'ok' ? { tokens } : { type })
  }
  builder.route(primary, null)
  for (let step = 0; step < 20; step += 1) {
    const user = choices.pick(['u1', 'u2'])
    const kind = choices.below(12)
    if (kind === 0) builder.strike('fault1', heldReplication)
    else if (kind === 1) builder.mark('settle-start').mark('settled')
    else if (kind === 2) write(user)
    else signIn(user)
    const [operation] = choices.chance(60) ? open.splice(0, 1) : []
    if (operation !== undefined) {
      builder.complete(operation, { type: choices.pick(['ok', 'ok', 'fail', 'info'] as const) })
    }
    builder.wait(choices.pick([0, 10, 120]))
  }
  return builder.end()
}

function token(use: 'access' | 'id', choices: Choices): TokenObservation {
  const claims: Record<string, string> = { sub: 'd1' }
  if (!choices.chance(6)) claims.scope = choices.chance(6) ? 'd3' : 'd2'
  const audience = choices.chance(85) ? 'client' : 'other'
  const seen = choices.chance(90) ? { claims } : {}
  return { digest: 'a', use, audience, verifications: [], ...seen }
}
