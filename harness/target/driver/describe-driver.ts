import type { Clock } from '../../kernel/clock.ts'
import { UsageError } from '../../kernel/errors.ts'
import { millis } from '../../kernel/time.ts'
import type { StartProgram } from '../program.ts'
import { DriverChannel } from './driver-channel.ts'
import { type DriverHello, driverLimits, driverProtocol } from './protocol.ts'

/** Words of a driver about itself, without the number of the answer. */
export type DriverDescription = Omit<DriverHello, 'id' | 'type' | 'protocol'>

/** What asks and what is started. */
export interface DescribeOptions {
  readonly command: readonly string[]
  readonly startProgram: StartProgram
  readonly clock: Clock
}

/**
 * Starts a driver, asks what it is, and ends it.
 *
 * @throws UsageError with its last words if it says nothing that can be believed.
 */
export async function describeDriver(options: DescribeOptions): Promise<DriverDescription> {
  const { command, startProgram, clock } = options
  const owner = `driver ${command.join(' ')}`
  const program = await startProgram(command, owner).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(why, { cause: error, hint: driverHint })
  })
  const channel = new DriverChannel({ program, clock })
  try {
    const said = await hear(channel, clock)
    if ('description' in said) return said.description
    await channel.close()
    const words = await program.lastWords()
    throw new UsageError(`${owner} ${said.problem}`, {
      hint: words === '' ? driverHint : `its last words were: ${words}`,
    })
  } finally {
    await channel.close()
  }
}

const driverHint = '`interregnum driver --help` tells what a driver is'

/** The hello of a driver that was just started, or a clause about what it did instead. */
export async function hear(
  channel: DriverChannel,
  clock: Clock,
): Promise<{ readonly description: DriverDescription } | { readonly problem: string }> {
  const { helloMillisMax } = driverLimits
  const request = { type: 'hello', protocol: driverProtocol } as const
  const reply = await channel.ask(request, clock.timeout(millis(helloMillisMax)))
  if (reply.kind === 'late') return { problem: `did not say hello within ${helloMillisMax} ms` }
  if (reply.kind !== 'answer') return { problem: endText(channel) }
  const { answer } = reply
  if (answer.type === 'refused') return { problem: `refused to begin: ${answer.message}` }
  if (answer.type !== 'hello') return { problem: `answered "hello" with "${answer.type}"` }
  const { id: _id, type: _type, protocol: _protocol, ...description } = answer
  return { description }
}

/** How a driver ended, as the rest of a sentence. */
export function endText({ end }: DriverChannel): string {
  if (end === undefined) return 'is gone'
  return end.by === 'harness' ? end.how : `ended: ${end.how}`
}
