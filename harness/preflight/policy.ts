import type { ReadName, ResourceKind } from './reads.ts'
import { reads } from './reads.ts'

/** What a policy is about; what is not known before the first call stands as `*`. */
export interface PolicyScope {
  readonly poolId: string
  readonly primary: string
  readonly secondary?: string
  readonly account?: string
}

/** One statement of an identity-based policy of IAM. */
export interface PolicyStatement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
}

/** A policy of IAM. */
export interface Policy {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

/**
 * The policy that allows every read and nothing else, one statement for each kind of resource.
 *
 * @param names - All reads where it is left out.
 */
export function policyOf(
  scope: PolicyScope,
  names: readonly ReadName[] = Object.keys(reads) as ReadName[],
): Policy {
  const actions = new Map<ResourceKind, Set<string>>()
  const allow = (action: string, resource: ResourceKind): void => {
    actions.set(resource, (actions.get(resource) ?? new Set<string>()).add(action))
  }
  for (const name of names) {
    const { resource, with: also = [] } = reads[name]
    allow(name, resource)
    for (const more of also) allow(more.action, more.resource)
  }
  const statements = [...actions].map(
    ([resource, allowed]): PolicyStatement => ({
      Sid: statementIds[resource],
      Effect: 'Allow',
      Action: [...allowed].sort(),
      Resource: resourcesOf(resource, scope),
    }),
  )
  return {
    Version: '2012-10-17',
    Statement: statements.sort((a, b) => (a.Sid < b.Sid ? -1 : 1)),
  }
}

/** Every action that a policy allows. */
export function actionsOf({ Statement }: Policy): readonly string[] {
  return [...new Set(Statement.flatMap(({ Action }) => Action))].sort()
}

const statementIds: Readonly<Record<ResourceKind, string>> = {
  'user-pool': 'ReadUserPool',
  key: 'ReadEncryptionKeys',
  function: 'ReadTriggerPermissions',
  identity: 'ReadEmailIdentities',
  'health-check': 'ReadHealthChecks',
  certificate: 'ReadCertificates',
  'web-acl': 'ReadWebAcls',
  any: 'ReadWhatHasNoResource',
}

function resourcesOf(kind: ResourceKind, scope: PolicyScope): readonly string[] {
  const { poolId, primary, secondary, account = '*' } = scope
  const partition = partitionOf(primary)
  const regional = (service: string, resource: string): readonly string[] =>
    (secondary === undefined ? ['*'] : [primary, secondary]).map(
      (region) => `arn:${partition}:${service}:${region}:${account}:${resource}`,
    )
  switch (kind) {
    case 'user-pool':
      return regional('cognito-idp', `userpool/${poolId}`)
    case 'key':
      return regional('kms', 'key/*')
    case 'function':
      return regional('lambda', 'function:*')
    case 'identity':
      // An identity may stand in a third Region, and then that is what has to be seen.
      return [`arn:${partition}:ses:*:${account}:identity/*`]
    case 'health-check':
      return [`arn:${partition}:route53:::healthcheck/*`]
    case 'certificate':
      return [`arn:${partition}:acm:us-east-1:${account}:certificate/*`]
    case 'web-acl':
      return regional('wafv2', 'regional/webacl/*/*')
    case 'any':
      return ['*']
  }
}

/** The partition of a Region, as ARNs begin with it. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}
