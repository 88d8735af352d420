import { millis } from '../../kernel/time.ts'
import { blockedLink } from '../effects.ts'
import { type FaultKind, linkOf, regionOf } from '../fault.ts'
import { linkParameter, stoppingEffects } from '../fault-parameter.ts'
import { linkFault } from '../link-fault.ts'
import { linkResets } from '../link-pace.ts'

/** How long a reset may take beyond the time asked for. */
const spareMicros = millis(10_000)

/** Connections break as soon as they are used; by default what was asked for has happened. */
export const resetPeer: FaultKind<'reset-peer'> = {
  name: 'reset-peer',
  description: 'Resets each connection of a link after its first bytes, which are lost.',
  worlds: ['sim', 'process', 'container', 'remote'],
  parameters: {
    link: linkParameter,
    afterMillis: {
      ...{ type: 'number', unit: 'ms', min: 0, max: 60_000, optional: true },
      about: 'how long after these bytes; 0 by default',
    },
    direction: {
      ...{ type: 'choice', choices: ['upstream', 'downstream'], optional: true },
      about: 'whose bytes are lost; downstream, the answers, by default',
    },
  },
  mayCause: stoppingEffects,
  effects: ({ link }, environment) => blockedLink(environment, link),
  create: ({ link, afterMillis = 0, direction = 'downstream' }, environment) => {
    const region = regionOf(environment, linkOf(environment, link).to)
    const after = Math.round(afterMillis)
    return linkFault(
      environment,
      link,
      { kind: 'reset-peer', direction, afterMillis: after },
      (running) => linkResets(running, region, millis(after) + spareMicros),
    )
  },
}
