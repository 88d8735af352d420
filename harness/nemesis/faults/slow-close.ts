import { millis } from '../../kernel/time.ts'
import { slowedLink } from '../effects.ts'
import type { FaultKind } from '../fault.ts'
import { linkParameter } from '../fault-parameter.ts'
import { linkFault } from '../link-fault.ts'
import { linkClosesLate, linkClosesSoon } from '../link-pace.ts'

/** The end of a connection is heard of late: whoever waits for it waits longer. */
export const slowClose: FaultKind<'slow-close'> = {
  name: 'slow-close',
  description:
    'Delays the end of connections towards the end that opened them; bytes pass at once.',
  worlds: ['sim', 'process', 'container', 'remote'],
  parameters: {
    link: linkParameter,
    delayMillis: {
      ...{ type: 'number', unit: 'ms', min: 20, max: 600_000 },
      about: 'how much later the end arrives',
    },
  },
  mayCause: ['clients-disturbed', 'replication-disturbed'],
  effects: ({ link }, environment) => slowedLink(environment, link),
  create: ({ link, delayMillis }, environment) =>
    linkFault(
      environment,
      link,
      { kind: 'slow-close', direction: 'downstream', delayMillis: Math.round(delayMillis) },
      (running) => linkClosesLate(running, millis(Math.round(delayMillis))),
      (running, clock) => linkClosesSoon(running, clock, millis(Math.round(delayMillis))),
    ),
}
