import { millis } from '../../kernel/time.ts'
import { slowedLink } from '../effects.ts'
import type { FaultKind } from '../fault.ts'
import { linkParameter } from '../fault-parameter.ts'
import { linkFault } from '../link-fault.ts'
import { linkCarries, linkIsQuick, linkIsSlow } from '../verification.ts'

/** A shorter delay cannot be told from a round trip of its own. */
const tellableMicros = millis(5)

/** Up to ten minutes. */
const bounds = { min: 0, max: 600_000 } as const

/** Bytes towards the end that opened the connection arrive later. */
export const latency: FaultKind<'latency'> = {
  name: 'latency',
  description: 'Delays the answers of a link by a time with a jitter; order is kept.',
  worlds: ['sim', 'process', 'container', 'remote'],
  parameters: {
    link: linkParameter,
    latencyMillis: { type: 'number', unit: 'ms', ...bounds, about: 'the delay of each answer' },
    jitterMillis: {
      ...{ type: 'number', unit: 'ms', ...bounds, optional: true },
      about: 'the delay differs by up to so much; 0 by default',
    },
  },
  mayCause: ['clients-disturbed', 'replication-disturbed'],
  effects: ({ link }, environment) => slowedLink(environment, link),
  create: ({ link, latencyMillis, jitterMillis = 0 }, environment) => {
    const atLeast = millis(Math.max(0, latencyMillis - jitterMillis))
    return linkFault(
      environment,
      link,
      { kind: 'latency', direction: 'downstream', latencyMillis, jitterMillis },
      (running) => linkIsSlow(running, atLeast),
      (running, clock) =>
        atLeast < tellableMicros
          ? linkCarries(running, clock)
          : linkIsQuick(running, clock, atLeast),
    )
  },
}
