import type { WebACL } from '@aws-sdk/client-wafv2'
import type { PreflightCheck } from '../check.ts'
import { Unseen } from '../check.ts'
import { differencesOf, differenceText } from './differences.ts'
import { Looking, withoutRegion } from './looking.ts'
import type { PoolPair, Side } from './pool-pair.ts'

/** Both copies are protected by the same rules. */
export const webAcl: PreflightCheck<PoolPair> = {
  id: 'web-acl',
  what: 'Both copies of the pool are behind a web ACL of AWS WAF with the same name and rules, or neither is.',
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
      looking.found(
        'association',
        `The copy in ${region} is behind no web ACL, the primary behind ${ours?.Name}.`,
      )
    } else if (ours === undefined) {
      looking.found(
        'association',
        `The primary is behind no web ACL, the copy in ${region} behind ${theirs.Name}.`,
      )
    } else lookAtRules(looking, pair, ours, theirs)
    return looking.seen
  },
}

function lookAtRules(looking: Looking, pair: PoolPair, ours: WebACL, theirs: WebACL): void {
  const [here, there] = [pair.region('primary'), pair.region('secondary')]
  const left = { rules: rulesOf(ours, here), default: ours.DefaultAction }
  const right = { rules: rulesOf(theirs, there), default: theirs.DefaultAction }
  const places = [`${here} (web ACL ${ours.Name})`, `${there} (web ACL ${theirs.Name})`] as const
  const names = [...new Set([...Object.keys(left.rules), ...Object.keys(right.rules)])]
  let same = 0
  for (const name of names) {
    const [one, other] = [left.rules[name], right.rules[name]]
    const differences = differencesOf(one, other)
    if (one === undefined)
      looking.found(`rule ${name}`, `The rule ${name} is only in ${places[1]}.`)
    else if (other === undefined) {
      looking.found(`rule ${name}`, `The rule ${name} is missing in ${places[1]}.`)
    } else if (differences.length === 0) same += 1
    else {
      const told = differences.map((difference) => differenceText(difference, ...places))
      looking.found(`rule ${name}`, `The rule ${name} differs: ${told.join('; ')}.`)
    }
  }
  const other = differencesOf(left.default, right.default)
  if (other.length > 0) {
    const kinds = [left.default, right.default].map((action) => Object.keys(action ?? {})[0])
    looking.found(
      'default action',
      `What no rule matches is met by ${kinds[1]} in ${places[1]}, by ${kinds[0]} in ${places[0]}.`,
    )
  }
  const alike = same === names.length && other.length === 0
  if (alike && withoutRegion(ours.Name ?? '', here) !== withoutRegion(theirs.Name ?? '', there)) {
    looking.found(
      'web ACL',
      `The primary is behind ${ours.Name}, the copy in ${there} behind ${theirs.Name}, with the same rules today.`,
    )
  }
  looking.saw(`${same} of ${names.length} rules are the same in both Regions.`)
}

/**
 * Each rule by its name. Groups and sets are known by their kind and name, for ids are a Region's
 * own; what is measured of a rule decides nothing.
 */
function rulesOf({ Rules = [] }: WebACL, region: string): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Rules.map(({ VisibilityConfig: _measured, ...rule }) => {
      const text = JSON.stringify(rule, (_key, value: unknown) => {
        if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
        return typeof value === 'string' ? withoutRegion(nameOfArn(value), region) : value
      })
      return [withoutRegion(rule.Name ?? '', region), JSON.parse(text) as object]
    }),
  )
}

/** Such as `ipset/offices` of `arn:aws:wafv2:…:111122223333:regional/ipset/offices/1f-…`. */
function nameOfArn(text: string): string {
  return text.replace(/^arn:[^:]+:wafv2:[^:]*:[^:]*:[^/]+\/([^/]+\/[^/]+)\/[^/]+$/, '$1')
}

async function aclAt(pair: PoolPair, side: Side): Promise<WebACL | undefined> {
  const ResourceArn = pair.arn(side)
  const answer = await pair.read(side, 'wafv2:GetWebACLForResource', { ResourceArn })
  if (answer === undefined) throw new Unseen(`WAF in ${pair.region(side)} knows no ${ResourceArn}`)
  return answer.WebACL
}
