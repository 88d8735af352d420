import { millis } from '../../kernel/time.ts'
import { dependencyParameter, dependencyTakes } from '../dependency-probe.ts'
import { degradedRegion } from '../effects.ts'
import type { FaultKind } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'
import { conductFault } from '../service-probe.ts'

/** A use that takes longer than this counts as slow. */
const quickMicros = millis(2_000)

/** Something that a Region leans on does not answer. */
export const failingDependency: FaultKind<'failing-dependency'> = {
  name: 'failing-dependency',
  description:
    'Makes something that a Region leans on fail: whoever needs it is answered an error.',
  worlds: ['sim', 'process', 'container'],
  parameters: { region: regionParameter, dependency: dependencyParameter },
  mayCause: ['region-degraded'],
  effects: ({ region }) => degradedRegion(region),
  create: ({ region, dependency }, environment) =>
    conductFault(
      environment,
      region,
      {
        name: 'dependency',
        begin: { name: dependency, failing: true },
        end: { name: dependency },
      },
      (running, clock) => dependencyTakes(running, clock, dependency, quickMicros, 'fails'),
      (running, clock) => dependencyTakes(running, clock, dependency, quickMicros, 'works'),
    ),
}
