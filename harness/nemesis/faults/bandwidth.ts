import { slowedLink } from '../effects.ts'
import { type FaultKind, linkOf } from '../fault.ts'
import { linkParameter } from '../fault-parameter.ts'
import { linkFault } from '../link-fault.ts'
import { bytesAreQuick, bytesAreSlow, trialOf } from '../link-pace.ts'

/** Each connection carries so many bytes a second in each direction. */
export const bandwidth: FaultKind<'bandwidth'> = {
  name: 'bandwidth',
  description: 'Lets each connection of a link carry only so many bytes a second.',
  worlds: ['sim', 'process', 'container'],
  parameters: {
    link: linkParameter,
    kilobytesPerSecond: {
      ...{ type: 'number', unit: 'KB/s', min: 1, max: 1_000_000 },
      about: 'thousand bytes a second each way, rounded to whole ones',
    },
  },
  mayCause: ['clients-disturbed', 'replication-disturbed'],
  effects: ({ link }, environment) => slowedLink(environment, link),
  create: ({ link, kilobytesPerSecond }, environment) => {
    const rate = Math.round(kilobytesPerSecond)
    const trial = trialOf(linkOf(environment, link), 'kilobytesPerSecond', (bytes) =>
      Math.floor((bytes * 1_000) / rate),
    )
    return linkFault(
      environment,
      link,
      { kind: 'bandwidth', direction: 'both', kilobytesPerSecond: rate },
      (running) => bytesAreSlow(running, trial),
      (running, clock) => bytesAreQuick(running, clock, trial),
    )
  },
}
