import { confinedRegion } from '../effects.ts'
import { type FaultKind, regionOf } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'
import { limitFault } from '../machine-fault.ts'

/** Little memory: whoever grows beyond it is killed by the system. */
export const memoryLimit: FaultKind<'memory-limit'> = {
  name: 'memory-limit',
  description: "Bounds the memory of a Region's containers; one that needs more is killed.",
  worlds: ['container'],
  needs: ['own-stack'],
  parameters: {
    region: regionParameter,
    megabytes: {
      ...{ type: 'number', unit: 'MB', min: 6, max: 1_048_576 },
      about: 'what each container of the Region may use',
    },
  },
  mayCause: ['region-degraded', 'replication-disturbed'],
  effects: ({ region }, environment) => confinedRegion(environment, region),
  create: ({ region, megabytes }, environment) =>
    limitFault(regionOf(environment, region), { kind: 'memory', megabytes }),
}
