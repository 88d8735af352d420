import type { WebACL } from '@aws-sdk/client-wafv2'
import type { PreflightCheck } from '../check.ts'
import { differingFields, Looking } from './looking.ts'
import type { PoolPair, Side } from './pool-pair.ts'

/** Both copies are protected by the same rules. */
export const webAcl: PreflightCheck<PoolPair> = {
  id: 'web-acl',
  what: 'Both copies of the pool are behind a web ACL of AWS WAF with the same rules, or neither is.',
  why: 'The association is not replicated: what WAF keeps out at the primary gets in at the replica.',
  requirements: ['CF-01'],
  severity: 'error',
  remedy:
    'Create the web ACL in the other Region and associate it (wafv2 associate-web-acl) with the copy there.',
  look: async (pair) => {
    const looking = new Looking()
    const ours = await aclAt(pair, 'primary')
    const theirs = await aclAt(pair, 'secondary')
    const region = pair.region('secondary')
    if (ours === undefined && theirs === undefined) {
      looking.saw('Neither copy is behind a web ACL.')
    } else if (theirs === undefined) {
      looking.found('association', `The copy in ${region} is behind no web ACL, the primary is.`)
    } else if (ours === undefined) {
      looking.found('association', `The primary is behind no web ACL, the copy in ${region} is.`)
    } else lookAtRules(looking, ours, theirs, region)
    return looking.seen
  },
}

function lookAtRules(looking: Looking, ours: WebACL, theirs: WebACL, region: string): void {
  const [left, right] = [rulesOf(ours), rulesOf(theirs)]
  const names = differingFields(left, right)
  for (const name of names) {
    const where = name in right ? (name in left ? 'differs' : 'is only') : 'is missing'
    looking.found(`rule ${name}`, `The rule ${name} of the web ACL ${where} in ${region}.`)
  }
  const kinds = [ours, theirs].map(({ DefaultAction }) => Object.keys(DefaultAction ?? {})[0])
  if (kinds[0] !== kinds[1]) {
    looking.found(
      'default action',
      `What no rule matches is met by ${kinds[1]} in ${region}, by ${kinds[0]} at the primary.`,
    )
  }
  const count = Object.keys(left).length
  looking.saw(`${count - names.length} of ${count} rules of the primary are the same in ${region}.`)
}

/** Each rule by its name. ARNs of rule groups and sets name their Region, so they are left out. */
function rulesOf({ Rules = [] }: WebACL): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Rules.map((rule) => {
      const text = JSON.stringify(rule, (key, value: unknown) =>
        key === 'ARN' || value instanceof Uint8Array ? String(value).replace(/.*[:/]/, '') : value,
      )
      return [rule.Name ?? '', JSON.parse(text) as unknown]
    }),
  )
}

async function aclAt(pair: PoolPair, side: Side): Promise<WebACL | undefined> {
  const ResourceArn = pair.arn(side)
  return (await pair.read(side, 'wafv2:GetWebACLForResource', { ResourceArn }))?.WebACL
}
