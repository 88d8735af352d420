import type { PreflightCheck } from '../check.ts'
import { Looking, notApplicable } from './looking.ts'
import type { Integration, PoolPair } from './pool-pair.ts'
import { sides } from './pool-pair.ts'

/** The issuer's keys are served when the primary is gone. */
export const issuer: PreflightCheck<PoolPair> = {
  id: 'issuer',
  what: 'The issuer type of the pool is UPDATED in both Regions.',
  why: 'The keys of an ORIGINAL issuer are served in the primary Region alone: who has to fetch them during its outage rejects every token.',
  requirements: ['TK-01', 'TK-07', 'TK-08', 'PR-05'],
  severity: 'warning',
  remedy:
    'Set IssuerConfiguration to UPDATED, once everybody who checks tokens accepts both issuers.',
  look: async (pair) => {
    const looking = new Looking()
    for (const side of sides) {
      await looking.part(async () => {
        const type = await issuerAt(pair, side)
        const told = `The issuer is ${type} in ${pair.region(side)}.`
        if (type === 'UPDATED') looking.saw(told)
        else looking.found(`type at the ${side}`, told)
      })
    }
    return looking.seen
  },
}

/** Nothing relies on the pool that does not know the issuer. */
export const issuerIntegrations: PreflightCheck<PoolPair> = {
  id: 'issuer-integrations',
  what: 'Nothing that relies on the pool is incompatible with its issuer type.',
  why: 'Cognito authentication of load balancers and Cognito authorizers of API Gateway do not work with an UPDATED issuer.',
  requirements: ['TK-19'],
  severity: 'error',
  remedy:
    'Use OpenID Connect authentication of the load balancer, a JWT or Lambda authorizer of the gateway, or an ORIGINAL issuer.',
  look: async (pair) => {
    const { integrations } = pair.options
    if (integrations.length === 0) {
      return notApplicable(
        'they cannot be seen from the pool: name them with --integration alb|api-gateway|none',
      )
    }
    const looking = new Looking()
    const type = await issuerAt(pair, 'primary')
    for (const name of integrations) {
      const told = `${integrationTexts[name]}, and the issuer is ${type}.`
      if (name !== 'none' && type === 'UPDATED') looking.found(name, told)
      else looking.saw(told)
    }
    return looking.seen
  },
}

const integrationTexts: Readonly<Record<Integration, string>> = {
  alb: 'Load balancers authenticate by this pool',
  'api-gateway': 'Authorizers of API Gateway use this pool',
  none: 'Neither load balancers nor authorizers of API Gateway use this pool',
}

/** A pool that says nothing has the issuer of old. */
async function issuerAt(pair: PoolPair, side: 'primary' | 'secondary'): Promise<string> {
  return (await pair.pool(side)).IssuerConfiguration?.Type ?? 'ORIGINAL'
}
