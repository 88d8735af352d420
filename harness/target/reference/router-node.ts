import { UsageError } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/json.ts'
import { builtModule } from '../../kernel/paths.ts'
import type { LinkPlan, NodePlan } from '../contract.ts'
import { apiCanary, primaryRegion, regionCanary, replicaRegion } from './regions.ts'

/** The name of the global endpoint: `to: 'router'`. */
export const routerName = 'router'

/** The global endpoint of a topology, with its links. */
export interface RouterNode {
  readonly node: NodePlan
  readonly links: readonly LinkPlan[]
}

/**
 * The global endpoint in front of both Regions, primary first.
 *
 * @param given - `intervalMillis`, `checkTimeoutMillis`, `checksToTurn`, `timeoutMillis`.
 * @throws UsageError if a setting cannot be used.
 */
export async function routerNode(given: { readonly [field: string]: Json }): Promise<RouterNode> {
  const [{ routerFactory }, { parseRouterSettings }] = await Promise.all([
    import('../../../fixtures/reference/routing/router.ts'),
    import('../../../fixtures/reference/routing/router-settings.ts'),
  ])
  const settings = { primary: primaryRegion, secondary: replicaRegion, ...given }
  try {
    parseRouterSettings(settings)
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`router: ${problem}`, { cause })
  }
  const command = { module: builtModule('fixtures/reference/routing/server.ts') }
  return {
    node: {
      name: routerName,
      kind: 'router',
      settings,
      launch: { inProcess: routerFactory, command },
    },
    links: [
      {
        name: `clients→${routerName}`,
        from: 'clients',
        to: routerName,
        service: 'api',
        canary: apiCanary,
      },
      ...[primaryRegion, replicaRegion].map((region) => ({
        name: `${routerName}→${region}`,
        from: routerName,
        to: region,
        service: 'api',
        canary: regionCanary,
      })),
    ],
  }
}
