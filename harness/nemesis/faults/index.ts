import type { FaultName } from '../../scenario/context.ts'
import type { FaultKind } from '../fault.ts'
import { bandwidth } from './bandwidth.ts'
import { blackHole } from './black-hole.ts'
import { certificateExpired } from './certificate-expired.ts'
import { certificateUntrusted } from './certificate-untrusted.ts'
import { certificateWrongName } from './certificate-wrong-name.ts'
import { clockSkew } from './clock-skew.ts'
import { cpuLimit } from './cpu-limit.ts'
import { cut } from './cut.ts'
import { databaseCrash } from './database-crash.ts'
import { databasePromotion } from './database-promotion.ts'
import { diskFull } from './disk-full.ts'
import { failingDependency } from './failing-dependency.ts'
import { failover } from './failover.ts'
import { fsyncFails } from './fsync-fails.ts'
import { greyFailure } from './grey-failure.ts'
import { healthFlapping } from './health-flapping.ts'
import { healthFlip } from './health-flip.ts'
import { hold } from './hold.ts'
import { latency } from './latency.ts'
import { limitData } from './limit-data.ts'
import { managementDown } from './management-down.ts'
import { memoryLimit } from './memory-limit.ts'
import { networkDisconnect } from './network-disconnect.ts'
import { networkOneWayDrop } from './network-one-way-drop.ts'
import { oneWay } from './one-way.ts'
import { pause } from './pause.ts'
import { powerLoss } from './power-loss.ts'
import { processCrash } from './process-crash.ts'
import { promotion } from './promotion.ts'
import { regionLoss } from './region-loss.ts'
import { resetPeer } from './reset-peer.ts'
import { restart } from './restart.ts'
import { signingKeyRotation } from './signing-key-rotation.ts'
import { slicer } from './slicer.ts'
import { slowClose } from './slow-close.ts'
import { slowDependency } from './slow-dependency.ts'
import { throttling } from './throttling.ts'

/** Every kind of fault by its name. */
export const faults: { readonly [F in FaultName]: FaultKind<F> } = {
  bandwidth,
  'black-hole': blackHole,
  'certificate-expired': certificateExpired,
  'certificate-untrusted': certificateUntrusted,
  'certificate-wrong-name': certificateWrongName,
  'clock-skew': clockSkew,
  'cpu-limit': cpuLimit,
  cut,
  'database-crash': databaseCrash,
  'database-promotion': databasePromotion,
  'disk-full': diskFull,
  'failing-dependency': failingDependency,
  failover,
  'fsync-fails': fsyncFails,
  'grey-failure': greyFailure,
  'health-flapping': healthFlapping,
  'health-flip': healthFlip,
  hold,
  latency,
  'limit-data': limitData,
  'management-down': managementDown,
  'memory-limit': memoryLimit,
  'network-disconnect': networkDisconnect,
  'network-one-way-drop': networkOneWayDrop,
  'one-way': oneWay,
  pause,
  'power-loss': powerLoss,
  'process-crash': processCrash,
  promotion,
  'region-loss': regionLoss,
  'reset-peer': resetPeer,
  restart,
  'signing-key-rotation': signingKeyRotation,
  slicer,
  'slow-close': slowClose,
  'slow-dependency': slowDependency,
  throttling,
}
