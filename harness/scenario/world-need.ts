import type { Plan } from '../plan/plan.ts'

/**
 * What a fault asks of a world beyond its name. `hold`: links that keep bytes and give them back.
 * `own-stack`: a stack that the run made, since what it does is not undone where a run is killed.
 * `ends-regions`: a Region can be ended and started again.
 */
export type WorldNeed = 'hold' | 'own-stack' | 'ends-regions'

/** The parts of a plan that decide what its world can do. */
export type WorldPlan = Pick<Plan, 'world' | 'storage'> &
  Partial<Pick<Plan, 'proxy' | 'attach' | 'switches' | 'topology'>>

/** Why the world of a plan lacks something; undefined where it has it. */
export function lackOf(
  need: WorldNeed,
  { proxy, attach, topology }: WorldPlan,
): string | undefined {
  switch (need) {
    case 'hold':
      return proxy === 'toxiproxy'
        ? 'Toxiproxy has no toxic that keeps bytes and gives them back; --proxy link-proxy does'
        : undefined
    case 'ends-regions': {
      const hooks = topology?.content.hooks
      if (hooks === undefined || hooks.kill !== undefined || hooks.stop !== undefined) {
        return undefined
      }
      return 'the topology names no hook "kill" or "stop" that ends a Region'
    }
    case 'own-stack':
      return attach === undefined ? undefined : 'a stack that is attached to is not ours to change'
  }
}
