import type { EmailConfigurationType } from '@aws-sdk/client-cognito-identity-provider'
import type { GetAccountCommandOutput } from '@aws-sdk/client-sesv2'
import type { PreflightCheck } from '../check.ts'
import { Unseen } from '../check.ts'
import { differencesOf, differenceText } from './differences.ts'
import { Looking, notApplicable, regionOfArn, resourceOfArn, withoutRegion } from './looking.ts'
import type { PoolPair, Side } from './pool-pair.ts'
import { sides } from './pool-pair.ts'

const noSes = 'neither copy sends by SES'

/** Messages with Cognito's own sender, each day and account. */
const ownSenderDailyMax = 50

/** Both copies send by SES, as the same sender, each by its own Region. */
export const emailSettings: PreflightCheck<PoolPair> = {
  id: 'email-settings',
  what: 'Both copies send e-mail in the same way and as the same sender, the replica by its own Region.',
  why: 'The settings are not replicated: codes come from a sender that users do not know, or hang on SES in the Region that is gone.',
  requirements: ['CF-01', 'AU-09'],
  severity: 'error',
  remedy:
    'Verify the identity in SES of that Region and set EmailConfiguration with UpdateUserPool there.',
  look: async (pair) => {
    const looking = new Looking()
    const ours = await emailAt(pair, 'primary')
    const theirs = await emailAt(pair, 'secondary')
    const region = pair.region('secondary')
    const [way, theirWay] = [wayOf(ours), wayOf(theirs)]
    const told = `${wayText(ours)} at the primary, ${wayText(theirs)} in ${region}`
    const differences =
      way === theirWay
        ? differencesOf(senderOf(ours, pair.region('primary')), senderOf(theirs, region))
        : []
    if (way !== theirWay) looking.found('sender', `E-mail is sent ${told}.`)
    else if (differences.length === 0) looking.saw(`E-mail is sent ${told}.`)
    for (const difference of differences) {
      const text = differenceText(difference, pair.region('primary'), region)
      looking.found(difference.path.toLowerCase(), `E-mail: ${text}.`)
    }
    for (const side of sides) {
      const failure = (await pair.pool(side)).EmailConfigurationFailure
      if (failure === undefined) continue
      looking.found(`failure at the ${side}`, `E-mail in ${pair.region(side)} fails: ${failure}.`)
    }
    const at = theirs.SourceArn === undefined ? region : regionOfArn(theirs.SourceArn)
    if (at === pair.region('primary')) {
      looking.found(
        'region',
        `The copy in ${region} sends by SES in ${at}, which is the primary Region.`,
      )
    }
    return looking.seen
  },
}

/** Each identity is verified where it is used. */
export const emailIdentity: PreflightCheck<PoolPair> = {
  id: 'email-identity',
  what: 'The SES identity of each copy is verified in the Region where it is used.',
  why: 'SES keeps identities for each Region: mail from one that is not verified there is refused.',
  requirements: ['AU-09'],
  severity: 'error',
  remedy: 'Create and verify the identity (and its DKIM records) in SES of that Region.',
  look: async (pair) => {
    const looking = new Looking()
    await eachSesRegion(pair, looking, async (arn, side) => {
      const region = regionOfArn(arn)
      const name = identityOf(arn)
      const found = await pair.readIn(region, 'ses:GetEmailIdentity', { EmailIdentity: name })
      const subject = `${name} at the ${side}`
      if (found === undefined) looking.found(subject, `SES in ${region} has no identity ${name}.`)
      else if (found.VerifiedForSendingStatus !== true) {
        looking.found(subject, `${name} is not verified for sending in ${region}.`)
      } else looking.saw(`${name} is verified for sending in ${region}.`)
    })
    return looking.seenOr(noSes)
  },
}

/** Nothing of it is in the sandbox. */
export const emailSandbox: PreflightCheck<PoolPair> = {
  id: 'email-sandbox',
  what: 'SES may send to everybody in the Region of each copy: it is out of the sandbox and not paused.',
  why: 'In the sandbox, mail reaches verified addresses only: no user gets a code.',
  requirements: ['AU-09'],
  severity: 'error',
  remedy: 'Ask for production access of SES in that Region; AWS answers within about a day.',
  look: async (pair) => {
    const looking = new Looking()
    await eachSesRegion(pair, looking, async (arn, side) => {
      const region = regionOfArn(arn)
      const account = await sesAccount(pair, region)
      if (account.ProductionAccessEnabled !== true) {
        looking.found(`sandbox at the ${side}`, `SES in ${region} is in the sandbox.`)
      } else if (account.SendingEnabled !== true) {
        looking.found(`sending at the ${side}`, `Sending is paused in SES of ${region}.`)
      } else if (account.EnforcementStatus === 'SHUTDOWN') {
        looking.found(`enforcement at the ${side}`, `SES in ${region} is in state SHUTDOWN.`)
      } else looking.saw(`SES in ${region} has production access.`)
    })
    return looking.seenOr(noSes)
  },
}

/** The replica may send as much as the primary. */
export const emailLimits: PreflightCheck<PoolPair> = {
  id: 'email-limits',
  what: 'SES may send as much in the Region of the replica as in that of the primary.',
  why: 'Sending limits count for each Region: codes are refused when all users come to the replica.',
  requirements: ['AU-09', 'CF-09'],
  severity: 'warning',
  remedy: 'Ask for the same sending limits of SES in that Region.',
  look: async (pair) => {
    const looking = new Looking()
    const ours = await emailAt(pair, 'primary')
    const theirs = await emailAt(pair, 'secondary')
    if (wayOf(theirs) !== 'ses') {
      // That only one sends in this way is what `email-settings` finds.
      if (wayOf(ours) === 'ses') return notApplicable('the replica does not send by SES')
      looking.found(
        'own sender',
        `Both copies send with Cognito's own address: ${ownSenderDailyMax} messages a day.`,
      )
      return looking.seen
    }
    if (wayOf(ours) !== 'ses') return notApplicable('the primary does not send by SES')
    const [here, there] = [regionOfArn(ours.SourceArn ?? ''), regionOfArn(theirs.SourceArn ?? '')]
    const left = (await sesAccount(pair, here)).SendQuota ?? {}
    const right = (await sesAccount(pair, there)).SendQuota ?? {}
    for (const [name, what] of limits) {
      const [most, least] = [left[name], right[name]]
      if (most === undefined || least === undefined) looking.missed(`SES tells no ${name}`)
      // -1 stands for no limit.
      else if (least >= 0 && (most < 0 || least < most)) {
        looking.found(name, `SES sends ${least} ${what} in ${there}, ${most} in ${here}.`)
      } else looking.saw(`SES sends ${least} ${what} in ${there}, ${most} in ${here}.`)
    }
    return looking.seen
  },
}

const limits = [
  ['Max24HourSend', 'messages a day'],
  ['MaxSendRate', 'messages a second'],
] as const

async function emailAt(pair: PoolPair, side: Side): Promise<EmailConfigurationType> {
  return (await pair.pool(side)).EmailConfiguration ?? {}
}

/** `developer` is SES with an identity of one's own. */
function wayOf({ EmailSendingAccount, SourceArn }: EmailConfigurationType): 'ses' | 'cognito' {
  return EmailSendingAccount === 'DEVELOPER' && SourceArn !== undefined ? 'ses' : 'cognito'
}

/** As whom a copy writes, without what its Region explains. */
function senderOf(email: EmailConfigurationType, region: string): object {
  const { From, ReplyToEmailAddress, ConfigurationSet, SourceArn } = email
  return {
    From,
    ReplyToEmailAddress,
    ConfigurationSet:
      ConfigurationSet === undefined ? undefined : withoutRegion(ConfigurationSet, region),
    identity: SourceArn === undefined ? undefined : identityOf(SourceArn),
  }
}

function identityOf(sourceArn: string): string {
  return resourceOfArn(sourceArn).replace(/^identity\//, '')
}

function wayText(email: EmailConfigurationType): string {
  if (wayOf(email) === 'cognito') return "with Cognito's own address"
  return `by SES as ${email.From ?? identityOf(email.SourceArn ?? '')}`
}

async function eachSesRegion(
  pair: PoolPair,
  looking: Looking,
  look: (sourceArn: string, side: Side) => Promise<void>,
): Promise<void> {
  for (const side of sides) {
    await looking.part(async () => {
      const { SourceArn, ...rest } = await emailAt(pair, side)
      if (SourceArn === undefined || wayOf({ SourceArn, ...rest }) !== 'ses') return
      await look(SourceArn, side)
    })
  }
}

async function sesAccount(pair: PoolPair, region: string): Promise<GetAccountCommandOutput> {
  const found = await pair.readIn(region, 'ses:GetAccount', {})
  if (found === undefined) throw new Unseen(`SES in ${region} tells nothing of the account`)
  return found
}
