import { FaultError } from '../../kernel/errors.ts'
import { millis } from '../../kernel/time.ts'
import { type FaultKind, regionOf } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'
import { healthStatus } from '../service-probe.ts'
import { regionServes } from '../verification.ts'

const totalMillisMax = 120_000

/** The health check goes down and up again, several times. */
export const healthFlapping: FaultKind<'health-flapping'> = {
  name: 'health-flapping',
  description: "Lets a Region's health check go down and up again several times; ends by itself.",
  worlds: ['sim', 'process', 'container'],
  parameters: {
    region: regionParameter,
    times: { type: 'number', unit: 'times', min: 1, max: 100, about: 'how often it goes down' },
    periodMillis: {
      ...{ type: 'number', unit: 'ms', min: 20, max: totalMillisMax },
      about: 'from one time to the next: down for the first half, up for the second',
    },
  },
  mayCause: ['health-misreported'],
  effects: ({ region }) => [{ effect: 'health-misreported', region }],
  create: ({ region: name, times, periodMillis }, environment) => {
    const region = regionOf(environment, name)
    const { clock } = environment.stack
    if (times * periodMillis > totalMillisMax) {
      throw new FaultError(
        `"times" × "periodMillis" is ${times * periodMillis} ms; at most ${totalMillisMax} are allowed`,
      )
    }
    const tell = async (status: 'down' | 'auto'): Promise<void> => {
      await region.control.command('health', { status })
    }
    let seenDown = 0
    let seenUp = 0
    return {
      apply: async () => {
        for (let time = 0; time < times; time += 1) {
          await tell('down')
          if ((await healthStatus(region, clock)) !== 200) seenDown += 1
          await clock.sleep(millis(periodMillis / 2))
          await tell('auto')
          if ((await healthStatus(region, clock)) === 200) seenUp += 1
          await clock.sleep(millis(periodMillis / 2))
        }
      },
      verify: async () => ({
        held: seenDown === times && seenUp === times,
        detail: `health check of ${name}: ${seenDown} times down, ${seenUp} times up`,
      }),
      heal: () => tell('auto'),
      verifyHealed: () => regionServes(region, clock),
    }
  },
}
