import { millis } from '../../kernel/time.ts'
import { dependencyParameter, dependencyTakes } from '../dependency-probe.ts'
import { degradedRegion } from '../effects.ts'
import type { FaultKind } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'
import { conductFault } from '../service-probe.ts'

/** Something that a Region leans on answers late. */
export const slowDependency: FaultKind<'slow-dependency'> = {
  name: 'slow-dependency',
  description: 'Makes something that a Region leans on answer late, and with it whoever needs it.',
  worlds: ['sim', 'process', 'container'],
  parameters: {
    region: regionParameter,
    dependency: dependencyParameter,
    delayMillis: {
      ...{ type: 'number', unit: 'ms', min: 20, max: 4_000 },
      about: 'how long each use waits',
    },
  },
  mayCause: ['region-degraded'],
  effects: ({ region }) => degradedRegion(region),
  create: ({ region, dependency, delayMillis }, environment) =>
    conductFault(
      environment,
      region,
      {
        name: 'dependency',
        begin: { name: dependency, delayMillis },
        end: { name: dependency },
      },
      (running, clock) => dependencyTakes(running, clock, dependency, millis(delayMillis), 'slow'),
      (running, clock) => dependencyTakes(running, clock, dependency, millis(delayMillis), 'works'),
    ),
}
