import type { LogConfigurationType } from '@aws-sdk/client-cognito-identity-provider'
import type { PreflightCheck } from '../check.ts'
import { Unseen } from '../check.ts'
import { differencesOf, differenceText } from './differences.ts'
import { Looking, regionOfArn, resourceOfArn, withoutRegion } from './looking.ts'
import type { PoolPair, Side } from './pool-pair.ts'

/** Both copies deliver the same logs. */
export const logDelivery: PreflightCheck<PoolPair> = {
  id: 'log-delivery',
  what: 'Both copies deliver the same logs, at the same level, each to a destination of its own Region with the same name.',
  why: 'Log delivery is not replicated: what users did at the replica stands in no log, or in one that nobody reads.',
  requirements: ['CF-01'],
  severity: 'warning',
  remedy: 'Set it with SetLogDeliveryConfiguration in that Region, to a destination there.',
  look: async (pair) => {
    const looking = new Looking()
    const ours = await logsAt(pair, 'primary')
    const theirs = await logsAt(pair, 'secondary')
    const region = pair.region('secondary')
    for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
      const [here, there] = [ours.get(name), theirs.get(name)]
      if (here?.alike === there?.alike)
        looking.saw(`${name} goes to ${here?.text} in both Regions.`)
      else {
        const [left, right] = [here?.text ?? 'nowhere', there?.text ?? 'nowhere']
        looking.found(name, `${name} goes to ${left} at the primary and to ${right} in ${region}.`)
      }
    }
    for (const [side, logs] of [
      ['primary', ours],
      ['secondary', theirs],
    ] as const) {
      for (const [name, { text, away }] of logs) {
        if (away === undefined) continue
        const copy = pair.region(side)
        looking.found(`${name} away`, `${name} of the copy in ${copy} goes to ${text} in ${away}.`)
      }
    }
    if (ours.size + theirs.size === 0) looking.saw('Neither copy delivers logs.')
    return looking.seen
  },
}

/** Both copies bear the same tags. */
export const tags: PreflightCheck<PoolPair> = {
  id: 'tags',
  what: 'Both copies bear the same tags.',
  why: 'Tags are not replicated: policies, budgets and tools that go by them leave the replica out.',
  requirements: ['CF-07'],
  severity: 'note',
  remedy: 'Set them with TagResource on the ARN of the copy in that Region.',
  look: async (pair) => {
    const looking = new Looking()
    const ours = await tagsAt(pair, 'primary')
    const theirs = await tagsAt(pair, 'secondary')
    const differences = differencesOf(ours, theirs)
    for (const difference of differences) {
      const told = differenceText(difference, pair.region('primary'), pair.region('secondary'))
      looking.found(difference.path, `The tag ${told}.`)
    }
    const names = differences.map(({ path }) => path)
    const count = Object.keys(ours).filter((name) => !names.includes(name)).length
    looking.saw(`${count} tags are the same in both Regions.`)
    return looking.seen
  },
}

interface LogDelivery {
  readonly text: string
  /** The same in both Regions if the destinations differ by their Region alone. */
  readonly alike: string
  /** The Region of the destination, where it is not that of the copy. */
  readonly away?: string
}

/** Where each event source goes. */
async function logsAt(pair: PoolPair, side: Side): Promise<ReadonlyMap<string, LogDelivery>> {
  const UserPoolId = pair.options.poolId
  const region = pair.region(side)
  const answer = await pair.read(side, 'cognito-idp:GetLogDeliveryConfiguration', { UserPoolId })
  const configurations = answer?.LogDeliveryConfiguration?.LogConfigurations
  if (configurations === undefined) throw new Unseen(`${region} tells nothing of log delivery`)
  return new Map(
    configurations.map((one) => [one.EventSource ?? '', deliveryOf(one, region)] as const),
  )
}

function deliveryOf(one: LogConfigurationType, region: string): LogDelivery {
  const { CloudWatchLogsConfiguration, S3Configuration, FirehoseConfiguration } = one
  const arn =
    CloudWatchLogsConfiguration?.LogGroupArn ??
    S3Configuration?.BucketArn ??
    FirehoseConfiguration?.StreamArn
  if (arn === undefined) return { text: 'nowhere', alike: 'nowhere' }
  const level = `at ${one.LogLevel}`
  const text = `${resourceOfArn(arn)} ${level}`
  // The name of a bucket is nobody else's in the world, so that of the other copy is another.
  const alike =
    S3Configuration?.BucketArn === undefined ? withoutRegion(text, region) : `S3 ${level}`
  const at = regionOfArn(arn)
  return { text, alike, ...(at === '' || at === region ? {} : { away: at }) }
}

async function tagsAt(pair: PoolPair, side: Side): Promise<Readonly<Record<string, string>>> {
  const ResourceArn = pair.arn(side)
  const answer = await pair.read(side, 'cognito-idp:ListTagsForResource', { ResourceArn })
  if (answer === undefined) throw new Unseen(`${pair.region(side)} knows no ${ResourceArn}`)
  return answer.Tags ?? {}
}
