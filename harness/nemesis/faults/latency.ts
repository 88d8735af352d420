import { millis } from '../../kernel/time.ts'
import { slowedLink } from '../effects.ts'
import type { FaultKind } from '../fault.ts'
import { linkFault } from '../link-fault.ts'
import { linkIsSlow } from '../verification.ts'

/** Bytes towards the end that opened the connection arrive later. */
export const latency: FaultKind<'latency'> = {
  name: 'latency',
  description: 'Delays the answers of a link by a time with a jitter; order is kept.',
  worlds: ['sim', 'process'],
  effects: ({ link }, environment) => slowedLink(environment, link),
  create: ({ link, latencyMillis, jitterMillis = 0 }, environment) =>
    linkFault(
      environment,
      link,
      { kind: 'latency', direction: 'downstream', latencyMillis, jitterMillis },
      (running) => linkIsSlow(running, millis(Math.max(0, latencyMillis - jitterMillis))),
    ),
}
