import type { GrantListEntry, KeyMetadata } from '@aws-sdk/client-kms'
import { canonicalJson } from '../../kernel/json.ts'
import type { PreflightCheck } from '../check.ts'
import { Unseen } from '../check.ts'
import { accountOfArn, Looking, notApplicable, regionOfArn, resourceOfArn } from './looking.ts'
import { everyPage } from './pages.ts'
import type { PoolPair, Side } from './pool-pair.ts'
import { sides } from './pool-pair.ts'
import { policyAllows, sourcesText } from './resource-policy.ts'

const ownedByAws = 'the pool is encrypted by a key that AWS owns'

/** The key is a multi-Region one, and usable in both Regions. */
export const keyState: PreflightCheck<PoolPair> = {
  id: 'key-state',
  what: 'The pool is encrypted by a symmetric multi-Region key that is enabled in both Regions.',
  why: 'Where the key cannot be used, the copy of the pool in that Region cannot be used either.',
  requirements: ['PR-02', 'PR-03', 'PR-04', 'KM-01', 'KM-02'],
  severity: 'error',
  remedy:
    'Enable the key, cancel its deletion, or replicate it (kms replicate-key) into that Region.',
  look: async (pair) => {
    const looking = new Looking()
    if ((await keyArnAt(pair, 'primary')) === undefined) {
      looking.found('customer key', `${pair.options.poolId} is encrypted by a key that AWS owns.`)
      return looking.seen
    }
    await looking.part(() => lookAtCopy(looking, pair))
    for (const side of sides) {
      await looking.part(async () => {
        const region = pair.region(side)
        const arn = (await keyArnAt(pair, side)) ?? ''
        const key = (await pair.read(side, 'kms:DescribeKey', { KeyId: arn }))?.KeyMetadata
        const trouble = key === undefined ? `there is no key ${arn}` : troubleOf(key)
        if (trouble === undefined) looking.saw(`The key in ${region} is enabled and multi-Region.`)
        else looking.found(`key at the ${side}`, `In ${region} ${trouble}.`)
      })
    }
    return looking.seen
  },
}

/** The copy names the key itself: the same one, whatever Region its ARN stands for. */
async function lookAtCopy(looking: Looking, pair: PoolPair): Promise<void> {
  const [ours = '', theirs] = [
    (await pair.pool('primary')).KeyConfiguration?.KmsKeyArn,
    (await pair.pool('secondary')).KeyConfiguration?.KmsKeyArn,
  ]
  if (theirs !== undefined && resourceOfArn(theirs) === resourceOfArn(ours)) return
  const told = theirs === undefined ? 'none of yours' : resourceOfArn(theirs)
  looking.found(
    'key of the copy',
    `The primary is encrypted by ${resourceOfArn(ours)}, the copy in ${pair.region('secondary')} by ${told}.`,
  )
}

function troubleOf(key: KeyMetadata): string | undefined {
  if (key.KeyState !== 'Enabled') return `the key is in state ${key.KeyState}`
  if (key.MultiRegion !== true) return 'the key is of a single Region'
  const symmetric = key.KeySpec === undefined || key.KeySpec === 'SYMMETRIC_DEFAULT'
  return symmetric ? undefined : `the key is of kind ${key.KeySpec}`
}

/** Who has to be allowed to use the key, and for what. */
const principals = ['cognito-idp.amazonaws.com', 'identitystore.amazonaws.com'] as const
const keyActions = ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKeyWithoutPlaintext'] as const

/** The key policy of each Region fits the copy there. */
export const keyPolicy: PreflightCheck<PoolPair> = {
  id: 'key-policy',
  what: 'The key policy in each Region lets Cognito and its identity store use the key for the copy there.',
  why: 'A policy that names the ARN of the primary does not fit the replica, which is as good as a disabled key.',
  requirements: ['KM-05'],
  severity: 'error',
  remedy: 'Name the ARN of the copy in that Region in the conditions of its key policy.',
  look: async (pair) => {
    const looking = new Looking()
    if ((await keyArnAt(pair, 'primary')) === undefined) return notApplicable(ownedByAws)
    for (const side of sides) {
      await looking.part(async () => {
        const KeyId = (await keyArnAt(pair, side)) ?? ''
        const found = await pair.read(side, 'kms:GetKeyPolicy', { KeyId, PolicyName: 'default' })
        const region = pair.region(side)
        if (found?.Policy === undefined) throw new Unseen(`KMS in ${region} tells no key policy`)
        for (const service of principals) {
          lookAtPrincipal(looking, pair, side, service, found.Policy)
        }
      })
    }
    return looking.seen
  },
}

function lookAtPrincipal(
  looking: Looking,
  pair: PoolPair,
  side: Side,
  service: string,
  policy: string,
): void {
  const source = pair.arn(side)
  const use = { service, source, account: accountOfArn(source) }
  const judged = keyActions.map((action) => [action, policyAllows(policy, { ...use, action })])
  const refused = judged.flatMap(([action, allowed]) => (allowed === false ? [action] : []))
  const region = pair.region(side)
  if (refused.length > 0) {
    const what = refused.join(', ')
    const told = `${service} is not allowed ${what} for ${source} in ${region}`
    looking.found(`${service} at the ${side}`, `${told}${sourcesText(policy)}.`)
  } else if (judged.some(([, allowed]) => allowed === undefined)) {
    looking.missed(`the key policy in ${region} has conditions that cannot be judged`)
  } else looking.saw(`${service} may use the key in ${region}.`)
}

/** The same grantees have the same grants in both Regions. */
export const keyGrants: PreflightCheck<PoolPair> = {
  id: 'key-grants',
  what: 'Each grant on the key of the primary Region has its like in the Region of the replica.',
  why: 'Grants are not copied between the keys of two Regions: what works by a grant, such as the delivery of logs, fails there.',
  requirements: ['KM-05'],
  severity: 'warning',
  remedy: 'Create the grant (kms create-grant) on the key in that Region.',
  look: async (pair) => {
    const looking = new Looking()
    if ((await keyArnAt(pair, 'primary')) === undefined) return notApplicable(ownedByAws)
    const ours = await grantsAt(pair, 'primary')
    const theirs = await grantsAt(pair, 'secondary')
    const region = pair.region('secondary')
    const missing = [...ours].filter((one) => !theirs.has(one))
    for (const one of missing) looking.found(one, `The grant ${one} is missing in ${region}.`)
    looking.saw(
      `${ours.size - missing.length} of ${ours.size} grants of the primary are in ${region}.`,
    )
    return looking.seen
  },
}

const grantsMax = 500

/** Each grant as text: whom it allows what, whatever its id is. */
async function grantsAt(pair: PoolPair, side: Side): Promise<ReadonlySet<string>> {
  const KeyId = (await keyArnAt(pair, side)) ?? ''
  const grants = await everyPage({
    what: `grants on the key in ${pair.region(side)}`,
    countMax: grantsMax,
    read: (Marker) =>
      pair.read(side, 'kms:ListGrants', { KeyId, ...(Marker === undefined ? {} : { Marker }) }),
    items: ({ Grants }) => Grants,
    next: ({ Truncated, NextMarker }) => (Truncated === true ? NextMarker : undefined),
  })
  return new Set(grants.map((grant) => grantText(pair, side, grant)))
}

function grantText(pair: PoolPair, side: Side, grant: GrantListEntry): string {
  const { GranteePrincipal = 'somebody', Operations = [], Constraints } = grant
  const region = pair.region(side)
  const context = Constraints === undefined ? '' : ` for ${canonicalJson(Constraints)}`
  // A grant for this copy is the like of one for the other.
  return `of ${GranteePrincipal} to ${[...Operations].sort().join(', ')}${context}`.replaceAll(
    region,
    'its Region',
  )
}

/** The key of a copy; a replica's key has the id of the primary's, in its own Region. */
async function keyArnAt(pair: PoolPair, side: Side): Promise<string | undefined> {
  const { KeyConfiguration } = await pair.pool('primary')
  const arn = KeyConfiguration?.KmsKeyArn
  if (arn === undefined || KeyConfiguration?.KeyType !== 'CUSTOMER_MANAGED_KEY') return undefined
  return arn.replace(`:${regionOfArn(arn)}:`, `:${pair.region(side)}:`)
}
