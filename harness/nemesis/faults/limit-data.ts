import { FaultError } from '../../kernel/errors.ts'
import { slowedLink } from '../effects.ts'
import { type FaultKind, linkOf, regionOf } from '../fault.ts'
import { linkParameter } from '../fault-parameter.ts'
import { linkFault } from '../link-fault.ts'
import { bulkOf, bytesEndConnection, bytesPass } from '../link-pace.ts'

/** A connection ends in the middle of what it carries. */
export const limitData: FaultKind<'limit-data'> = {
  name: 'limit-data',
  description: 'Ends each connection of a link after a number of bytes and discards the rest.',
  worlds: ['sim', 'process', 'container'],
  parameters: {
    link: linkParameter,
    bytes: {
      ...{ type: 'number', unit: 'bytes', min: 1, max: 30_000 },
      about: 'how many pass; not more than a canary over the link can have',
    },
    direction: {
      ...{ type: 'choice', choices: ['upstream', 'downstream'], optional: true },
      about: 'which bytes are counted; downstream, the answers, by default',
    },
  },
  mayCause: ['clients-disturbed', 'replication-disturbed'],
  effects: ({ link }, environment) => slowedLink(environment, link),
  create: ({ link, bytes, direction = 'downstream' }, environment) => {
    const running = linkOf(environment, link)
    const region = regionOf(environment, running.to)
    const limit = Math.round(bytes)
    const { bytesMax } = bulkOf(running)
    if (limit > bytesMax) {
      throw new FaultError(
        `"bytes" is ${bytes}, but ${bytesMax} are the most that can be tried over "${link}"`,
      )
    }
    return linkFault(
      environment,
      link,
      { kind: 'limit-data', direction, bytes: limit },
      (subject) => bytesEndConnection(subject, region, limit),
      (subject, clock) => bytesPass(subject, clock, limit),
    )
  },
}
