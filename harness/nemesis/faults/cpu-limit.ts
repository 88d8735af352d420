import { confinedRegion } from '../effects.ts'
import { type FaultKind, regionOf } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'
import { limitFault } from '../machine-fault.ts'

/** Little processor time: a Region that is slow in everything it does. */
export const cpuLimit: FaultKind<'cpu-limit'> = {
  name: 'cpu-limit',
  description: "Bounds the processor time of a Region's containers: everything takes longer.",
  worlds: ['container'],
  needs: ['own-stack'],
  parameters: {
    region: regionParameter,
    share: {
      ...{ type: 'number', unit: 'processors', min: 0.01, max: 64 },
      about: 'what each container of the Region may use; 1 is one processor',
    },
  },
  mayCause: ['region-degraded', 'replication-disturbed'],
  effects: ({ region }, environment) => confinedRegion(environment, region),
  create: ({ region, share }, environment) =>
    limitFault(regionOf(environment, region), { kind: 'cpu', share }),
}
