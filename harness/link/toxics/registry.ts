import { bandwidthToxic } from './bandwidth.ts'
import { blackHoleToxic } from './black-hole.ts'
import { cutToxic } from './cut.ts'
import { holdToxic } from './hold.ts'
import { latencyToxic } from './latency.ts'
import { limitDataToxic } from './limit-data.ts'
import { resetPeerToxic } from './reset-peer.ts'
import { slicerToxic } from './slicer.ts'
import { slowCloseToxic } from './slow-close.ts'
import { timeoutToxic } from './timeout.ts'
import type { ToxicType } from './toxic.ts'

/** Every kind of toxic that the proxy knows; those of Toxiproxy first. */
export const toxicTypes: readonly ToxicType[] = [
  latencyToxic,
  bandwidthToxic,
  slowCloseToxic,
  timeoutToxic,
  resetPeerToxic,
  slicerToxic,
  limitDataToxic,
  holdToxic,
  blackHoleToxic,
  cutToxic,
]
