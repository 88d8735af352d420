import type { EventLine } from '../../history/line.ts'
import type { RegisterValue } from '../../history/operation.ts'
import type { Choices } from './choices.ts'
import { HistoryBuilder, heldReplication, primary, replica } from './history-builder.ts'

const nickname = 'u1/attribute:nickname'

/** A random history of writes to the primary and to a replica that refuses most of them. */
export function randomGate(choices: Choices): readonly EventLine[] {
  const builder = new HistoryBuilder()
  const values: string[] = ['op99']
  const open: string[] = []
  let process = 0
  builder.route(primary, null)
  const answer = (): void => {
    const [operation] = open.splice(choices.below(Math.max(1, open.length)), 1)
    const type = choices.pick(['ok', 'ok', 'fail', 'fail', 'fail', 'info'] as const)
    if (operation !== undefined) builder.complete(operation, { type })
  }
  const write = (): void => {
    const value = builder.nextId
    const isGate = choices.chance(60)
    const [fn, register, written] = choices.pick([
      ['update-attribute', nickname, value],
      ['disable-user', 'u1/enabled', 'disabled'],
      ['delete-user', 'u1/existence', 'deleted'],
      ['sign-up', 'u1/existence', value],
    ] as const)
    const options = isGate ? ({ region: replica, purpose: 'gate-probe' } as const) : {}
    const writes = [{ register, value: written }]
    open.push(builder.invoke('u1', { function: fn, process, writes, ...options }))
    values.push(value)
  }
  const read = (): void => {
    const shown: Record<string, RegisterValue> = {
      'u1/existence': choices.pick([null, ...values]),
      'u1/enabled': choices.pick([null, 'disabled']),
      [nickname]: choices.pick([null, ...values]),
    }
    builder.read('u1', choices.pick([primary, replica]), 'probe', shown, process)
  }
  const steps = 6 + choices.below(20)
  for (let step = 0; step < steps; step += 1) {
    const kind = choices.below(30)
    process += 1
    builder.wait(choices.pick([0, 130]))
    if (kind === 0) builder.strike('fault1', heldReplication)
    else if (kind === 1) builder.mark('settled')
    else if (kind < 16) write()
    else read()
    while (open.length > 0 && choices.chance(70)) answer()
  }
  return builder.end()
}
