import { blockedLink } from '../effects.ts'
import type { FaultKind } from '../fault.ts'
import { linkParameter, stoppingEffects } from '../fault-parameter.ts'
import { linkFault } from '../link-fault.ts'
import { linkIsSilent } from '../verification.ts'

/** One direction of a link is a black hole, the other works. */
export const oneWay: FaultKind<'one-way'> = {
  name: 'one-way',
  description: 'Swallows the bytes of one direction of a link; the other direction works.',
  worlds: ['sim', 'process', 'container', 'remote'],
  parameters: {
    link: linkParameter,
    direction: {
      type: 'choice',
      choices: ['upstream', 'downstream'],
      about: 'the direction that is swallowed; upstream is from the end that opened the connection',
    },
  },
  mayCause: stoppingEffects,
  effects: ({ link }, environment) => blockedLink(environment, link),
  create: ({ link, direction }, environment) =>
    linkFault(environment, link, { kind: 'black-hole', direction }, linkIsSilent),
}
