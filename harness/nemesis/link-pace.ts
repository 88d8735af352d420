import type { Clock } from '../kernel/clock.ts'
import { FaultError } from '../kernel/errors.ts'
import { type Micros, millis } from '../kernel/time.ts'
import type { BulkCanary, RunningLink, RunningRegion } from '../target/contract.ts'
import type { Verification } from './fault.ts'
import { both, eventually, regionIs } from './verification.ts'

/** A shorter time cannot be told from a round trip of its own. */
const tellableMicros = millis(5)
const wantedMicros = millis(50)
const bulkMicrosMax = millis(60_000)

/** Bytes to send, and the least time that they must take while the fault is in force. */
export interface Trial {
  readonly bytes: number
  readonly atLeast: Micros
}

/** The padded canary of a link. @throws FaultError if its plan has none. */
export function bulkOf(link: RunningLink): BulkCanary {
  if (link.bulk !== undefined) return link.bulk
  throw new FaultError(`the link "${link.name}" has no padded canary to try it with`)
}

/**
 * The smallest trial that shows a delay by bytes.
 *
 * @param micros - How long so many bytes take at least.
 * @throws FaultError naming the field if no trial could show it.
 */
export function trialOf(
  link: RunningLink,
  field: string,
  micros: (bytes: number) => Micros,
): Trial {
  const { bytesMax } = bulkOf(link)
  for (let bytes = 64; ; bytes = Math.min(bytes * 2, bytesMax)) {
    const atLeast = micros(bytes)
    if (atLeast >= wantedMicros) return { bytes, atLeast }
    if (bytes < bytesMax) continue
    if (atLeast >= tellableMicros) return { bytes, atLeast }
    throw new FaultError(
      `"${field}" changes too little to be seen: ${bytesMax} bytes over "${link.name}" would take ${atLeast} µs`,
    )
  }
}

/** Holds if the bytes of a trial come through, and no sooner than they may. */
export async function bytesAreSlow(
  link: RunningLink,
  { bytes, atLeast }: Trial,
): Promise<Verification> {
  const { passed, roundTripMicros, outcome } = await bulkOf(link).send(bytes, bulkMicrosMax)
  const held = passed && roundTripMicros >= atLeast
  const seen = held ? 'delayed' : outcome
  return { held, detail: `padded canary through ${link.name}: ${seen}` }
}

/** Holds if the bytes of a trial come through sooner again within the bound. */
export async function bytesAreQuick(
  link: RunningLink,
  clock: Clock,
  { bytes, atLeast }: Trial,
): Promise<Verification> {
  const held = await eventually(clock, async () => {
    const { passed, roundTripMicros } = await bulkOf(link).send(bytes, bulkMicrosMax)
    return passed && roundTripMicros < atLeast
  })
  const seen = held ? 'passed' : 'still delayed'
  return { held, detail: `padded canary through ${link.name}: ${seen}` }
}

/** Holds if a connection that carries so many bytes is ended while the Region runs. */
export async function bytesEndConnection(
  link: RunningLink,
  region: RunningRegion,
  bytes: number,
): Promise<Verification> {
  const { outcome } = await bulkOf(link).send(bytes, bulkMicrosMax)
  const seen = {
    held: outcome === 'reset',
    detail: `padded canary through ${link.name}: ${outcome}`,
  }
  return both(seen, await regionIs(region, 'running'))
}

/** Holds if so many bytes pass again within the bound. */
export async function bytesPass(
  link: RunningLink,
  clock: Clock,
  bytes: number,
): Promise<Verification> {
  const held = await eventually(
    clock,
    async () => (await bulkOf(link).send(bytes, bulkMicrosMax)).passed,
  )
  const seen = held ? 'passed' : 'never passed'
  return { held, detail: `padded canary through ${link.name}: ${seen}` }
}

/** Holds if a canary is reset on its way, and not by a Region that is dead. */
export async function linkResets(
  link: RunningLink,
  region: RunningRegion,
  within: Micros,
): Promise<Verification> {
  const { outcome } = await link.canary(within)
  const seen = { held: outcome === 'reset', detail: `canary through ${link.name}: ${outcome}` }
  return both(seen, await regionIs(region, 'running'))
}

/** Holds if the end of a connection comes back, and no sooner than it may. */
export async function linkClosesLate(link: RunningLink, atLeast: Micros): Promise<Verification> {
  const took = await link.closing(atLeast + bulkMicrosMax)
  const held = took !== undefined && took >= atLeast
  const seen = held ? 'late' : took === undefined ? 'never' : 'at once'
  return { held, detail: `end of a connection through ${link.name}: ${seen}` }
}

/** Holds if the end of a connection comes back sooner again within the bound. */
export async function linkClosesSoon(
  link: RunningLink,
  clock: Clock,
  below: Micros,
): Promise<Verification> {
  const held = await eventually(clock, async () => {
    const took = await link.closing(below)
    return took !== undefined && took < below
  })
  const seen = held ? 'soon' : 'still late'
  return { held, detail: `end of a connection through ${link.name}: ${seen}` }
}
