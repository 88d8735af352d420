import type { RegionName } from '../history/operation.ts'
import type { Clock } from '../kernel/clock.ts'
import { type Micros, millis } from '../kernel/time.ts'
import type { CanaryResult, RegionState, RunningLink, RunningRegion } from '../target/contract.ts'
import type { FaultEnvironment, Verification } from './fault.ts'

/** How long a canary that must not come back is waited for. */
const silenceMicros = millis(300)
/** How long a heal may take to show: a Region that starts, a route that drains. */
const recoveryMicros = millis(10_000)
const pauseMicros = millis(20)

/** Holds if the link itself refuses: a dead Region behind a link that works is a reset. */
export async function linkIsCut(link: RunningLink): Promise<Verification> {
  return linkAnswers(link, 'refused')
}

/** Holds if the link takes what it is given and nothing comes back. */
export async function linkIsSilent(link: RunningLink): Promise<Verification> {
  return linkAnswers(link, 'silent')
}

async function linkAnswers(
  link: RunningLink,
  expected: CanaryResult['outcome'],
): Promise<Verification> {
  const { outcome } = await link.canary(silenceMicros)
  return { held: outcome === expected, detail: `canary through ${link.name}: ${outcome}` }
}

/** Holds if the link carries bytes again within the bound. */
export async function linkCarries(link: RunningLink, clock: Clock): Promise<Verification> {
  const held = await eventually(clock, async () => (await link.canary(recoveryMicros)).passed)
  return { held, detail: `canary through ${link.name}: ${held ? 'passed' : 'never passed'}` }
}

/** Holds if a round trip through the link takes at least so long. */
export async function linkIsSlow(link: RunningLink, atLeast: Micros): Promise<Verification> {
  const canary = await link.canary(atLeast * 4 + recoveryMicros)
  const held = canary.passed && canary.roundTripMicros >= atLeast
  return { held, detail: `canary through ${link.name}: ${held ? 'delayed' : canary.outcome}` }
}

/** Holds if a round trip through the link takes less than this again within the bound. */
export async function linkIsQuick(
  link: RunningLink,
  clock: Clock,
  below: Micros,
): Promise<Verification> {
  const held = await eventually(clock, async () => {
    const canary = await link.canary(recoveryMicros)
    return canary.passed && canary.roundTripMicros < below
  })
  return { held, detail: `canary through ${link.name}: ${held ? 'passed' : 'still delayed'}` }
}

/** Holds if the link takes what it is given within the bound; another fault may keep it. */
export async function linkIsOpen(link: RunningLink, clock: Clock): Promise<Verification> {
  let outcome: CanaryResult['outcome'] = 'refused'
  const held = await eventually(clock, async () => {
    outcome = (await link.canary(silenceMicros)).outcome
    return outcome === 'passed' || outcome === 'silent'
  })
  return { held, detail: `canary through ${link.name}: ${outcome}` }
}

/** Holds if no link that leads to the Region brings anything back. */
export async function linksAreSilent(
  environment: FaultEnvironment,
  { name }: RunningRegion,
): Promise<Verification> {
  const looks = linksTo(environment, name).map((link) => () => linkIsSilent(link))
  return allOf(looks)
}

/** Holds if every link that leads to the Region carries bytes again within the bound. */
export async function linksCarry(
  environment: FaultEnvironment,
  { name }: RunningRegion,
): Promise<Verification> {
  const { clock } = environment.stack
  return allOf(linksTo(environment, name).map((link) => () => linkCarries(link, clock)))
}

/** Those that begin at clients or at the other Region: their canaries say what crosses them. */
function linksTo({ stack }: FaultEnvironment, region: RegionName): readonly RunningLink[] {
  const regions = new Set(stack.regions.map(({ name }) => name))
  return stack.links.filter(
    ({ from, to }) => to === region && (from === 'clients' || regions.has(from)),
  )
}

/** Holds if each holds; they are looked at one after the other. */
export async function allOf(
  looks: readonly (() => Promise<Verification>)[],
): Promise<Verification> {
  let seen: Verification = { held: looks.length > 0, detail: '' }
  for (const look of looks) {
    const next = await look()
    seen = seen.detail === '' ? next : both(seen, next)
  }
  return seen
}

/** Holds if the process is seen in this state. */
export async function regionIs(region: RunningRegion, state: RegionState): Promise<Verification> {
  const seen = await region.lifecycle.observe()
  return { held: seen === state, detail: `process of ${region.name}: ${seen}` }
}

/** Holds if the process runs and answers its health check within the bound. */
export async function regionServes(region: RunningRegion, clock: Clock): Promise<Verification> {
  const held = await eventually(clock, async () => {
    if ((await region.lifecycle.observe()) !== 'running') return false
    return answersHealth(region, clock)
  })
  return { held, detail: `process of ${region.name}: ${held ? 'serving' : 'not serving'}` }
}

async function answersHealth(region: RunningRegion, clock: Clock): Promise<boolean> {
  if (region.serves !== undefined) return region.serves(millis(1_000))
  const request = { method: 'GET', path: '/health', headers: {}, body: new Uint8Array() }
  try {
    const response = await region.direct.send(request, clock.timeout(millis(1_000)))
    return response.status === 200
  } catch {
    return false
  }
}

/** Tries until it holds, at most as long as a heal may take to show. */
export async function eventually(clock: Clock, attempt: () => Promise<boolean>): Promise<boolean> {
  const deadline = clock.monotonic() + recoveryMicros
  while (clock.monotonic() < deadline) {
    if (await attempt()) return true
    await clock.sleep(pauseMicros)
  }
  return false
}

/** Both must hold. */
export function both(first: Verification, second: Verification): Verification {
  return { held: first.held && second.held, detail: `${first.detail}; ${second.detail}` }
}
