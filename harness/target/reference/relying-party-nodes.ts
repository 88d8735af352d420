import type { RelyingPartyHeader } from '../../history/line.ts'
import { UsageError } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/json.ts'
import { builtModule } from '../../kernel/paths.ts'
import type { LinkPlan, NodePlan, RelyingPartyNeed } from '../contract.ts'
import { apiCanary, primaryRegion, regionCanary, replicaRegion } from './regions.ts'

/** The applications of a topology, with their links and what a history tells of them. */
export interface RelyingPartyNodes {
  readonly nodes: readonly NodePlan[]
  readonly links: readonly LinkPlan[]
  readonly headers: readonly RelyingPartyHeader[]
}

/** Kinds that decide without asking a Region about the token. */
const offlineKinds: readonly string[] = [
  'jose',
  'aws-jwt-verify',
  'caching-authorizer',
  'web-application',
]

/**
 * The relying parties that a scenario wants. Each asks the primary first unless its settings name
 * the Regions in another order. Planted defects run the same applications from another module.
 *
 * @throws UsageError if a kind is unknown, a setting cannot be used or two have the same name.
 */
export async function relyingPartyNodes(
  needs: readonly RelyingPartyNeed[],
  mutants: readonly string[] = [],
): Promise<RelyingPartyNodes> {
  const isPlanted = mutants.length > 0
  const [{ relyingPartyFactory }, settingsModule] = await Promise.all([
    isPlanted
      ? import('../../../fixtures/relying-party/planted-relying-party.ts')
      : import('../../../fixtures/relying-party/relying-party.ts'),
    import('../../../fixtures/relying-party/settings.ts'),
  ])
  const names = new Set(needs.map(({ name }) => name))
  if (names.size !== needs.length) throw new UsageError('two relying parties have the same name')
  const parties = needs.map(({ name, kind, settings = {} }) => {
    const value: { readonly [field: string]: Json } = {
      regions: [primaryRegion, replicaRegion],
      ...settings,
      kind,
      mutants,
    }
    try {
      return { name, value, parsed: settingsModule.parseRelyingPartySettings(value) }
    } catch (cause) {
      const problem = cause instanceof Error ? cause.message : String(cause)
      throw new UsageError(`relying party "${name}": ${problem}`, { cause })
    }
  })
  const command = {
    module: builtModule(
      isPlanted ? 'fixtures/relying-party/planted-server.ts' : 'fixtures/relying-party/server.ts',
    ),
  }
  return {
    nodes: parties.map(({ name, value }) => ({
      name,
      kind: 'relying-party',
      settings: value,
      launch: { inProcess: relyingPartyFactory, command },
    })),
    links: parties.flatMap(({ name, parsed }) => linksOf(name, parsed.regions)),
    headers: parties.map(({ name, parsed }) => ({
      name,
      kind: parsed.kind,
      offline: offlineKinds.includes(parsed.kind),
      cacheMillisMax: Math.max(parsed.decisionCacheSeconds, parsed.sessionSeconds) * 1_000,
      leewayMillis: parsed.leewaySeconds * 1_000,
    })),
  }
}

function linksOf(name: string, regions: readonly string[]): readonly LinkPlan[] {
  return [
    { name: `clients→${name}`, from: 'clients', to: name, service: 'api', canary: apiCanary },
    ...[...new Set(regions)].map((region) => ({
      name: `${name}→${region}`,
      from: name,
      to: region,
      service: 'api',
      canary: regionCanary,
    })),
  ]
}
