import { FaultError } from '../../kernel/errors.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { Json } from '../../kernel/json.ts'
import type { RunningRegion } from '../../target/contract.ts'
import { type FaultEnvironment, type FaultKind, regionOf, type Verification } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'
import { both, eventually } from '../verification.ts'

/** What a Region is at this moment, as its own servers say it; `away` where they do not answer. */
type PresentRole = 'primary' | 'replica' | 'away'

const presentRoles: readonly PresentRole[] = ['primary', 'replica', 'away']

/**
 * A replica becomes a primary of its own, as operators make it who gave the other one up. The heal
 * is one of the two ends of a real failover: the promoted Region follows the other again, and what
 * it took meanwhile is gone; or the other comes back as its replica, and what only that one had
 * acknowledged is gone. Whatever stopped the one that is followed is healed before.
 */
export const promotion: FaultKind<'promotion'> = {
  name: 'promotion',
  description:
    'Makes a replica a primary of its own; healed when one of the two follows the other again.',
  worlds: ['process', 'container'],
  needs: ['own-stack'],
  capability: 'promotion',
  parameters: {
    region: { ...regionParameter, about: 'the replica, by name' },
    yields: {
      ...{ type: 'choice', choices: ['promoted', 'primary'], optional: true },
      about: 'who follows the other at the heal, and loses what only it had (default: promoted)',
    },
  },
  mayCause: ['replication-disturbed'],
  effects: ({ region }) => [{ effect: 'replication-disturbed', region }],
  create: ({ region, yields = 'promoted' }, environment) => {
    const promoted = regionOf(environment, region)
    const other = otherRegion(environment, promoted)
    const [follower, followed] = yields === 'promoted' ? [promoted, other] : [other, promoted]
    const { clock } = environment.stack
    return {
      apply: async () => {
        await promoted.control.command('promote', null)
      },
      verify: () => standsAs(promoted, 'primary'),
      heal: async () => {
        for (const { name, lifecycle } of [follower, followed]) {
          if ((await lifecycle.observe()) === 'running') continue
          throw new FaultError(`${follower.name} cannot follow ${followed.name}`, {
            hint: `heal what stops ${name} before the promotion of ${promoted.name}`,
          })
        }
        await follower.control.command('follow', { of: followed.name })
      },
      verifyHealed: async () => {
        await eventually(clock, async () => (await roleOf(follower)) === 'replica')
        return both(await standsAs(follower, 'replica'), await standsAs(followed, 'primary'))
      },
    }
  },
}

function otherRegion({ stack }: FaultEnvironment, { name }: RunningRegion): RunningRegion {
  const found = stack.regions.find((region) => region.name !== name)
  invariant(found !== undefined, `${name} is the only Region`)
  return found
}

async function roleOf({ control }: RunningRegion): Promise<PresentRole> {
  const said = (await control.command('role', null)) as { readonly role?: Json } | null
  return presentRoles.find((role) => role === said?.role) ?? 'away'
}

async function standsAs(region: RunningRegion, expected: PresentRole): Promise<Verification> {
  const seen = await roleOf(region)
  return { held: seen === expected, detail: `${region.name}: ${seen}` }
}
