import type { SmsConfigurationType } from '@aws-sdk/client-cognito-identity-provider'
import type { PreflightCheck, Seen } from '../check.ts'
import { Unseen } from '../check.ts'
import { Looking, notApplicable } from './looking.ts'
import type { PoolPair, Side } from './pool-pair.ts'
import { sides } from './pool-pair.ts'

const noMessages = 'neither copy sends text messages'

/** Both copies can send text messages, the replica by its own Region. */
export const smsSettings: PreflightCheck<PoolPair> = {
  id: 'sms-settings',
  what: 'Both copies send text messages or neither does, the replica by its own Region.',
  why: 'The settings are not replicated: users whose factor is a text message cannot sign in at a replica that sends none.',
  requirements: ['CF-01', 'AU-10'],
  severity: 'error',
  remedy:
    'Set SmsConfiguration with UpdateUserPool in that Region, with a role that its copy may assume.',
  look: async (pair) => {
    const looking = new Looking()
    const ours = await smsAt(pair, 'primary')
    const theirs = await smsAt(pair, 'secondary')
    const region = pair.region('secondary')
    if (ours === undefined && theirs === undefined) return notApplicable(noMessages)
    if (ours === undefined || theirs === undefined) {
      const where = theirs === undefined ? region : pair.region('primary')
      looking.found('configuration', `The copy in ${where} has no SmsConfiguration.`)
      return looking.seen
    }
    const at = snsRegion(theirs, region)
    if (at === pair.region('primary')) {
      looking.found(
        'region',
        `The copy in ${region} sends by SNS in ${at}, which is the primary Region.`,
      )
    } else
      looking.saw(
        `Text messages leave by SNS in ${snsRegion(ours, pair.region('primary'))} and ${at}.`,
      )
    for (const side of sides) {
      const failure = (await pair.pool(side)).SmsConfigurationFailure
      if (failure === undefined) continue
      looking.found(`failure at the ${side}`, `SMS in ${pair.region(side)} fails: ${failure}.`)
    }
    return looking.seen
  },
}

/** Nothing of it is in the sandbox. */
export const smsSandbox: PreflightCheck<PoolPair> = {
  id: 'sms-sandbox',
  what: 'SNS may send text messages to everybody in the Region of each copy.',
  why: 'In the SMS sandbox, messages reach verified numbers only: no user gets a code.',
  requirements: ['AU-10'],
  severity: 'error',
  remedy: 'Ask for SNS text messaging to leave the sandbox in that Region.',
  look: (pair) =>
    eachSnsRegion(pair, async (looking, region, side) => {
      const found = await pair.readIn(region, 'sns:GetSMSSandboxAccountStatus', {})
      if (found?.IsInSandbox === undefined) looking.missed(`SNS in ${region} tells no status`)
      else if (found.IsInSandbox) {
        looking.found(`sandbox at the ${side}`, `SNS in ${region} is in the SMS sandbox.`)
      } else looking.saw(`SNS in ${region} is out of the SMS sandbox.`)
    }),
}

/** The replica may spend as much as the primary. */
export const smsLimits: PreflightCheck<PoolPair> = {
  id: 'sms-limits',
  what: 'SNS may spend as much on text messages in the Region of the replica as in that of the primary.',
  why: 'The monthly limit counts for each Region, and its default is one US dollar: after that no code is sent.',
  requirements: ['AU-10', 'CF-09'],
  severity: 'warning',
  remedy: 'Raise MonthlySpendLimit of SNS in that Region.',
  look: async (pair) => {
    const spent: number[] = []
    const seen = await eachSnsRegion(pair, async (looking, region, side) => {
      const input = { attributes: ['MonthlySpendLimit'] }
      const found = await pair.readIn(region, 'sns:GetSMSAttributes', input)
      if (found === undefined) throw new Unseen(`SNS in ${region} tells no attributes`)
      const limit = Number(found.attributes?.MonthlySpendLimit ?? defaultSpend)
      const told = `SNS may spend ${limit} US dollars a month in ${region}`
      spent.push(limit)
      const most = spent[0] ?? limit
      if (side === 'secondary' && limit < most) {
        looking.found('MonthlySpendLimit', `${told}, and ${most} in the Region of the primary.`)
      } else looking.saw(`${told}.`)
    })
    return seen
  },
}

/** What holds where nobody asked for more. */
const defaultSpend = '1'

async function smsAt(pair: PoolPair, side: Side): Promise<SmsConfigurationType | undefined> {
  const { SmsConfiguration } = await pair.pool(side)
  return SmsConfiguration?.SnsCallerArn === undefined ? undefined : SmsConfiguration
}

function snsRegion({ SnsRegion }: SmsConfigurationType, own: string): string {
  return SnsRegion ?? own
}

async function eachSnsRegion(
  pair: PoolPair,
  look: (looking: Looking, region: string, side: Side) => Promise<void>,
): Promise<Seen> {
  const looking = new Looking()
  let used = false
  for (const side of sides) {
    await looking.part(async () => {
      const configuration = await smsAt(pair, side)
      if (configuration === undefined) return
      used = true
      await look(looking, snsRegion(configuration, pair.region(side)), side)
    })
  }
  return used || (looking.seen.unseen ?? []).length > 0 ? looking.seen : notApplicable(noMessages)
}
