import type { EventLine, FaultEffect } from '../../history/line.ts'
import type { Choices } from './choices.ts'
import { HistoryBuilder, primary, replica } from './history-builder.ts'

const alone: readonly FaultEffect[] = [{ effect: 'region-unavailable', region: replica }]

/** A random history of changes while a Region is alone, and of sign-ins after it came back. */
export function randomReturn(choices: Choices): readonly EventLine[] {
  const builder = new HistoryBuilder()
  const labels: string[] = []
  const open: string[] = []
  let process = 0
  const change = (): void => {
    const kind = choices.below(8)
    const value = builder.nextId
    if (kind < 4) labels.push(value)
    const [fn, write] =
      kind < 4
        ? (['set-password', { register: 'u1/password', value }] as const)
        : kind < 6
          ? (['disable-user', { register: 'u1/enabled', value: 'disabled' }] as const)
          : kind === 6
            ? (['enable-user', { register: 'u1/enabled', value: null }] as const)
            : (['delete-user', { register: 'u1/existence', value: 'deleted' }] as const)
    open.push(builder.invoke('u1', { process, function: fn, writes: [write] }))
  }
  const step = (): void => {
    process += 1
    const kind = choices.below(10)
    if (kind < 3) change()
    else {
      const password = choices.pick(labels)
      const region = choices.chance(80) ? replica : primary
      const options = { process, function: 'sign-in', region, arguments: { password } } as const
      open.push(builder.invoke('u1', options))
    }
    builder.wait(choices.below(20))
    while (open.length > 0 && choices.chance(75)) {
      const [operation] = open.splice(choices.below(open.length), 1)
      const type = choices.pick(['ok', 'ok', 'ok', 'fail', 'info'] as const)
      if (operation !== undefined) builder.complete(operation, { type })
    }
  }
  labels.push(builder.signUp('u1'))
  builder.strike('fault1', alone)
  if (choices.chance(30)) builder.strike('fault2', alone)
  for (let count = choices.below(8); count > 0; count -= 1) step()
  builder.heal('fault1', alone)
  for (let count = choices.below(12); count > 0; count -= 1) step()
  if (choices.chance(40)) builder.heal('fault2', alone)
  for (let count = choices.below(8); count > 0; count -= 1) step()
  return builder.end()
}
