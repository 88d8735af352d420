import type { Clock } from '../../kernel/clock.ts'
import { millis } from '../../kernel/time.ts'
import type { RunningRegion } from '../../target/contract.ts'
import { degradedRegion } from '../effects.ts'
import type { FaultKind, Verification } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'
import { conductFault, emptyRequest, healthStatus, probe } from '../service-probe.ts'
import { eventually } from '../verification.ts'

const shareMin = 0.05
/** The share shows in so many probes but for one time in a thousand million. */
const missedAtMost = 1e-9

/** Some sign-ins fail or are slow, and the health check knows nothing of it. */
export const greyFailure: FaultKind<'grey-failure'> = {
  name: 'grey-failure',
  description:
    'Fails or delays a share of the sign-ins of a Region while its health check is fine.',
  worlds: ['sim', 'process', 'container'],
  parameters: {
    region: regionParameter,
    share: {
      ...{ type: 'number', unit: 'of all sign-ins', min: shareMin, max: 1 },
      about: 'how many meet it',
    },
    delayMillis: {
      ...{ type: 'number', unit: 'ms', min: 20, max: 20_000, optional: true },
      about: 'how long they take; without it they fail with status 500',
    },
  },
  mayCause: ['region-degraded'],
  effects: ({ region }) => degradedRegion(region),
  create: ({ region, share, delayMillis }, environment) => {
    const attempts = share === 1 ? 1 : Math.ceil(Math.log(missedAtMost) / Math.log(1 - share))
    const how = delayMillis === undefined ? { errorStatus: 500 } : { delayMillis }
    const meets = (running: RunningRegion, clock: Clock): Promise<boolean> =>
      someSignInMeetsIt(running, clock, attempts, delayMillis)
    return conductFault(
      environment,
      region,
      { name: 'grey', begin: { share, ...how }, end: { share: 0 } },
      async (running, clock) => {
        const met = await meets(running, clock)
        const health = await healthStatus(running, clock)
        return seen(region, met, met && health === 200, health)
      },
      async (running, clock) => {
        const healed = await eventually(clock, async () => !(await meets(running, clock)))
        return seen(region, !healed, healed, await healthStatus(running, clock))
      },
    )
  },
}

async function someSignInMeetsIt(
  region: RunningRegion,
  clock: Clock,
  attempts: number,
  delayMillis: number | undefined,
): Promise<boolean> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const { response, took } = await probe(region, clock, emptyRequest('InitiateAuth'))
    const met = delayMillis === undefined ? response.status >= 500 : took >= millis(delayMillis)
    if (met) return true
  }
  return false
}

function seen(region: string, met: boolean, held: boolean, health: number): Verification {
  const signIns = met ? 'some disturbed' : 'none disturbed'
  return { held, detail: `sign-ins at ${region}: ${signIns}; health check: ${health}` }
}
