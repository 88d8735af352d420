import type { Micros } from '../../kernel/time.ts'
import { slowedLink } from '../effects.ts'
import { type FaultKind, linkOf } from '../fault.ts'
import { linkParameter } from '../fault-parameter.ts'
import { linkFault } from '../link-fault.ts'
import { bytesAreQuick, bytesAreSlow, trialOf } from '../link-pace.ts'

/** Bytes leave in small slices with a pause between them. */
export const slicer: FaultKind<'slicer'> = {
  name: 'slicer',
  description: 'Cuts the bytes of a link into small slices that leave one after the other.',
  worlds: ['sim', 'process', 'container'],
  parameters: {
    link: linkParameter,
    averageBytes: {
      ...{ type: 'number', unit: 'bytes', min: 1, max: 65_536 },
      about: 'the size of a slice',
    },
    variationBytes: {
      ...{ type: 'number', unit: 'bytes', min: 0, max: 65_536, optional: true },
      about: 'slices differ by up to so much; 0 by default',
    },
    delayMicros: {
      ...{ type: 'number', unit: 'µs', min: 1, max: 10_000_000 },
      about: 'the pause between two slices',
    },
  },
  mayCause: ['clients-disturbed', 'replication-disturbed'],
  effects: ({ link }, environment) => slowedLink(environment, link),
  create: ({ link, averageBytes, variationBytes = 0, delayMicros }, environment) => {
    const micros = (bytes: number): Micros => {
      const slices = Math.ceil(bytes / (averageBytes + variationBytes))
      return (slices - 1) * delayMicros
    }
    const trial = trialOf(linkOf(environment, link), 'delayMicros', micros)
    return linkFault(
      environment,
      link,
      { kind: 'slicer', direction: 'both', averageBytes, variationBytes, delayMicros },
      (running) => bytesAreSlow(running, trial),
      (running, clock) => bytesAreQuick(running, clock, trial),
    )
  },
}
