import type { FaultName } from '../../scenario/context.ts'
import type { FaultKind } from '../fault.ts'
import { blackHole } from './black-hole.ts'
import { clockSkew } from './clock-skew.ts'
import { cut } from './cut.ts'
import { failover } from './failover.ts'
import { hold } from './hold.ts'
import { latency } from './latency.ts'
import { oneWay } from './one-way.ts'
import { pause } from './pause.ts'
import { powerLoss } from './power-loss.ts'
import { processCrash } from './process-crash.ts'
import { regionLoss } from './region-loss.ts'
import { restart } from './restart.ts'

/** Every kind of fault by its name. */
export const faults: { readonly [F in FaultName]: FaultKind<F> } = {
  'black-hole': blackHole,
  'clock-skew': clockSkew,
  cut,
  failover,
  hold,
  latency,
  'one-way': oneWay,
  pause,
  'power-loss': powerLoss,
  'process-crash': processCrash,
  'region-loss': regionLoss,
  restart,
}
