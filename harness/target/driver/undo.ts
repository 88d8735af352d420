import { z } from 'zod'
import { systemClock } from '../../kernel/clock.ts'
import { millis } from '../../kernel/time.ts'
import type { ServiceUndo } from '../../ledger/service.ts'
import { hear } from './describe-driver.ts'
import { DriverChannel } from './driver-channel.ts'
import { leftText, removeLate, removeUsers, usersIn } from './made-users.ts'
import { prepareRequest } from './protocol.ts'
import { startAlone } from './start-alone.ts'

/** What a ledger keeps of users that a driver made, beside their names. No secret stands here. */
export const madeByDriver = z.object({
  command: z.array(z.string()).min(1),
  /** Where the driver is started: the folder of the run. */
  folder: z.string(),
  /** What it is told again, with endpoints that lead past every link. */
  prepare: prepareRequest.omit({ id: true }),
})

export type MadeByDriver = z.output<typeof madeByDriver>

/**
 * Removes the users that the driver of a run which is gone had made: it is started again and asked
 * to. It needs the variables of the environment that the run had.
 */
export const undoService: ServiceUndo['undoService'] = async (detail, signal) => {
  const { command, folder, prepare } = madeByDriver.parse(detail)
  const users = usersIn(detail)
  const primary = prepare.regions.find(({ role }) => role === 'primary')
  if (primary === undefined || users.length === 0) return []
  const clock = systemClock()
  const program = await startAlone(command, folder)
  const channel = new DriverChannel({ program, clock })
  try {
    const said = await hear(channel, clock)
    if ('problem' in said) return [`the driver ${said.problem}`]
    const reply = await channel.ask(prepare, clock.timeout(millis(prepare.deadlineMillis)))
    if (reply.kind !== 'answer' || reply.answer.type !== 'prepared') {
      return ['the driver could not prepare to delete them']
    }
    const remover = { channel, clock, primary, operationMillisMax: operationMillisMax(prepare) }
    const left = await removeUsers(users, remover, signal)
    if (left.length > 0) return leftText(left)
    return leftText(await removeLate(users, remover, signal))
  } finally {
    await channel.close()
  }
}

/** Nobody is in a hurry, and the whole is bounded. */
function operationMillisMax({ deadlineMillis }: MadeByDriver['prepare']): number {
  return Math.min(deadlineMillis, 10_000)
}
