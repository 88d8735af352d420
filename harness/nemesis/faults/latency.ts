import { millis } from '../../kernel/time.ts'
import { slowedLink } from '../effects.ts'
import type { FaultKind } from '../fault.ts'
import { linkFault } from '../link-fault.ts'
import { linkCarries, linkIsQuick, linkIsSlow } from '../verification.ts'

/** A shorter delay cannot be told from a round trip of its own. */
const tellableMicros = millis(5)

/** Bytes towards the end that opened the connection arrive later. */
export const latency: FaultKind<'latency'> = {
  name: 'latency',
  description: 'Delays the answers of a link by a time with a jitter; order is kept.',
  worlds: ['sim', 'process'],
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
