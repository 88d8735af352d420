import type { LogConfigurationType } from '@aws-sdk/client-cognito-identity-provider'
import type { PreflightCheck } from '../check.ts'
import { Unseen } from '../check.ts'
import { differingFields, Looking } from './looking.ts'
import type { PoolPair, Side } from './pool-pair.ts'

/** Both copies deliver the same logs. */
export const logDelivery: PreflightCheck<PoolPair> = {
  id: 'log-delivery',
  what: 'Both copies deliver the same logs, at the same level and to the same kind of place.',
  why: 'Log delivery is not replicated: what users did at the replica stands in no log.',
  requirements: ['CF-01'],
  severity: 'warning',
  remedy: 'Set it with SetLogDeliveryConfiguration in that Region, to a destination there.',
  look: async (pair) => {
    const looking = new Looking()
    const ours = await logsAt(pair, 'primary')
    const theirs = await logsAt(pair, 'secondary')
    const region = pair.region('secondary')
    const names = differingFields(ours, theirs)
    for (const name of names) {
      const [here, there] = [ours[name] ?? 'nowhere', theirs[name] ?? 'nowhere']
      looking.found(name, `${name} goes to ${here} at the primary and to ${there} in ${region}.`)
    }
    const same = Object.keys(ours).filter((name) => !names.includes(name))
    for (const name of same) looking.saw(`${name} goes to ${ours[name]} in both Regions.`)
    if (names.length + same.length === 0) looking.saw('Neither copy delivers logs.')
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
    const names = differingFields(ours, theirs)
    const region = pair.region('secondary')
    for (const name of names) {
      const what = name in theirs ? (name in ours ? 'is another' : 'stands alone') : 'is missing'
      looking.found(name, `The tag ${name} ${what} in ${region}.`)
    }
    const count = Object.keys(ours).filter((name) => !names.includes(name)).length
    looking.saw(`${count} tags are the same in both Regions.`)
    return looking.seen
  },
}

/** Where each event source goes: level and kind, for names of destinations are a Region's own. */
async function logsAt(pair: PoolPair, side: Side): Promise<Readonly<Record<string, string>>> {
  const UserPoolId = pair.options.poolId
  const answer = await pair.read(side, 'cognito-idp:GetLogDeliveryConfiguration', { UserPoolId })
  const configurations = answer?.LogDeliveryConfiguration?.LogConfigurations
  if (configurations === undefined) {
    throw new Unseen(`${pair.region(side)} tells nothing of log delivery`)
  }
  return Object.fromEntries(
    configurations.map((one) => [
      one.EventSource ?? '',
      `${destinationOf(one)} at ${one.LogLevel}`,
    ]),
  )
}

function destinationOf(one: LogConfigurationType): string {
  if (one.CloudWatchLogsConfiguration?.LogGroupArn !== undefined) return 'CloudWatch Logs'
  if (one.S3Configuration?.BucketArn !== undefined) return 'S3'
  return one.FirehoseConfiguration?.StreamArn === undefined ? 'nowhere' : 'Firehose'
}

async function tagsAt(pair: PoolPair, side: Side): Promise<Readonly<Record<string, string>>> {
  const ResourceArn = pair.arn(side)
  const answer = await pair.read(side, 'cognito-idp:ListTagsForResource', { ResourceArn })
  if (answer === undefined) throw new Unseen(`${pair.region(side)} knows no ${ResourceArn}`)
  return answer.Tags ?? {}
}
