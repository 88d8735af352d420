import type { PreflightCheck } from '../check.ts'
import { Unseen } from '../check.ts'
import {
  accountOfArn,
  Looking,
  notApplicable,
  regionOfArn,
  resourceOfArn,
  withoutRegion,
} from './looking.ts'
import type { PoolPair, Side } from './pool-pair.ts'
import { sides } from './pool-pair.ts'
import { policyAllows, sourcesText } from './resource-policy.ts'

/** A Lambda function that a copy of the pool calls. */
interface Trigger {
  readonly name: string
  readonly arn: string
  readonly version: string
}

/** Both copies call the same functions, each in its own Region. */
export const triggers: PreflightCheck<PoolPair> = {
  id: 'triggers',
  what: 'Each Lambda trigger of the primary is set at the replica, to the same function in its own Region.',
  why: 'Triggers are not replicated: claims are missing from tokens, and custom sign-in fails, at a replica without them.',
  requirements: ['CF-08', 'AU-06', 'AU-19'],
  severity: 'error',
  remedy: 'Deploy the function in the other Region and name it in UpdateUserPool there.',
  look: async (pair) => {
    const looking = new Looking()
    const ours = await triggersAt(pair, 'primary')
    const theirs = await triggersAt(pair, 'secondary')
    const region = pair.region('secondary')
    if (ours.size === 0 && theirs.size === 0) return notApplicable('neither copy has a trigger')
    for (const { name, arn, version } of ours.values()) {
      const there = theirs.get(name)
      if (there === undefined) {
        looking.found(name, `${name} is set at the primary and not in ${region}.`)
      } else if (regionOfArn(there.arn) !== region) {
        looking.found(name, `${name} in ${region} calls a function in ${regionOfArn(there.arn)}.`)
      } else if (functionOf(there.arn) !== functionOf(arn)) {
        looking.found(
          name,
          `${name} calls ${resourceOfArn(arn)} at the primary and ${resourceOfArn(there.arn)} in ${region}.`,
        )
      } else if (there.version !== version) {
        looking.found(
          name,
          `${name} gets event ${version} at the primary, ${there.version} in ${region}.`,
        )
      } else looking.saw(`${name} calls ${resourceOfArn(arn)} in both Regions.`)
    }
    for (const { name } of theirs.values()) {
      if (!ours.has(name))
        looking.found(name, `${name} is set in ${region} and not at the primary.`)
    }
    // Codes for custom senders are encrypted by it.
    const key = (await pair.pool('secondary')).LambdaConfig?.KMSKeyID
    const at = regionOfArn(key ?? '')
    if (at !== '' && at !== region) {
      looking.found('KMSKeyID', `KMSKeyID in ${region} is a key in ${at}.`)
    }
    return looking.seen
  },
}

/** Each function lets its own copy of the pool call it. */
export const triggerPermission: PreflightCheck<PoolPair> = {
  id: 'trigger-permission',
  what: 'The resource policy of each trigger lets the copy of the pool in its Region call it.',
  why: 'A permission that names the ARN of the primary does not fit the replica, and sign-ins with that trigger fail there.',
  requirements: ['AU-06', 'AU-19'],
  severity: 'error',
  remedy:
    'Add the permission (lambda add-permission) with the ARN of the copy in that Region as source.',
  look: async (pair) => {
    const looking = new Looking()
    for (const side of sides) {
      await looking.part(async () => {
        for (const trigger of (await triggersAt(pair, side)).values()) {
          await looking.part(() => lookAtPermission(looking, pair, side, trigger))
        }
      })
    }
    return looking.seenOr('neither copy has a trigger')
  },
}

async function lookAtPermission(
  looking: Looking,
  pair: PoolPair,
  side: Side,
  { name, arn }: Trigger,
): Promise<void> {
  const region = pair.region(side)
  // A function elsewhere cannot be called at all: that is what the check `triggers` finds.
  if (regionOfArn(arn) !== region) return
  const source = pair.arn(side)
  const answer = await pair.read(side, 'lambda:GetPolicy', { FunctionName: arn })
  const policy = answer?.Policy ?? '{}'
  const allowed = policyAllows(policy, {
    service: 'cognito-idp.amazonaws.com',
    action: 'lambda:InvokeFunction',
    source,
    account: accountOfArn(source),
  })
  const what = resourceOfArn(arn)
  if (allowed === undefined)
    looking.missed(`the policy of ${what} in ${region} has conditions that cannot be judged`)
  else if (allowed) looking.saw(`${what} in ${region} may be called by ${source}.`)
  else {
    const told = answer === undefined ? ', for it has no policy' : sourcesText(policy)
    looking.found(
      `${name} at the ${side}`,
      `${what} in ${region} may not be called by ${source}${told}.`,
    )
  }
}

/** The function of an ARN, the same in both Regions if its name differs by the Region alone. */
function functionOf(arn: string): string {
  return withoutRegion(resourceOfArn(arn), regionOfArn(arn))
}

async function triggersAt(pair: PoolPair, side: Side): Promise<ReadonlyMap<string, Trigger>> {
  const { LambdaConfig = {} } = await pair.pool(side)
  const found = new Map<string, Trigger>()
  for (const [name, value] of Object.entries(LambdaConfig) as [string, unknown][]) {
    const structure = typeof value === 'object' && value !== null ? value : undefined
    const { LambdaArn, LambdaVersion } = (structure ?? { LambdaArn: value }) as {
      readonly LambdaArn?: unknown
      readonly LambdaVersion?: unknown
    }
    // `KMSKeyID` is a key, and not a function.
    if (typeof LambdaArn !== 'string' || !LambdaArn.includes(':lambda:')) continue
    // An older field holds the same function as this one.
    if (name === 'PreTokenGeneration' && LambdaConfig.PreTokenGenerationConfig) continue
    found.set(name, { name, arn: LambdaArn, version: String(LambdaVersion ?? 'V1_0') })
  }
  if (found.size > triggersMax) throw new Unseen(`more than ${triggersMax} triggers`)
  return found
}

const triggersMax = 50
