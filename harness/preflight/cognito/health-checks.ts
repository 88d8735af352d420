import type { HealthCheck, HealthCheckConfig } from '@aws-sdk/client-route-53'
import type { PreflightCheck } from '../check.ts'
import { Unseen } from '../check.ts'
import { domainsOf, routed } from './domains.ts'
import { Looking } from './looking.ts'
import type { PoolPair } from './pool-pair.ts'

const noCheck = 'no domain of the pool names a health check'

/** The health check knows whether people can sign in. */
export const healthCheck: PreflightCheck<PoolPair> = {
  id: 'health-check',
  what: 'The health check behind the failover of the domain tests that users can sign in, not that a port answers.',
  why: 'A port answers while sign-in fails: then the domain stays at a primary that lets nobody in.',
  requirements: ['DM-03', 'DM-04'],
  severity: 'error',
  remedy:
    'Let it ask a canary that signs a user in: an own path, a string that the answer holds, or an alarm on sign-ins.',
  look: async (pair) => {
    const looking = new Looking()
    for (const id of await checkIds(pair)) {
      await looking.part(async () => {
        const told = await whatItTests(pair, id, 0)
        const sentence = `The health check ${id} ${told.says}.`
        if (told.signIn === true) looking.saw(sentence)
        else if (told.signIn === false) looking.found(id, sentence)
        else looking.missed(`the health check ${id} ${told.says}`)
      })
    }
    return looking.seenOr(noCheck)
  },
}

/** The health check works, and does not go down with what it watches. */
export const healthCheckSettings: PreflightCheck<PoolPair> = {
  id: 'health-check-settings',
  what: 'The health check is enabled, not inverted, and counts silence as a failure.',
  why: 'A check that is off, or takes missing data for health, never moves the domain.',
  requirements: ['DM-04'],
  severity: 'error',
  remedy:
    'Mend it with UpdateHealthCheck; for alarms set InsufficientDataHealthStatus to Unhealthy or LastKnownStatus, in another Region than the primary.',
  look: async (pair) => {
    const looking = new Looking()
    for (const id of await checkIds(pair)) await lookAtSettings(looking, pair, id, 0)
    return looking.seenOr(noCheck)
  },
}

/** Looks also at those that a calculated one counts. */
async function lookAtSettings(
  looking: Looking,
  pair: PoolPair,
  id: string,
  depth: number,
): Promise<void> {
  await looking.part(async () => {
    const config = (await healthCheckOf(pair, id)).HealthCheckConfig
    const trouble = config === undefined ? undefined : settingTrouble(config, pair)
    if (trouble === undefined) looking.saw(`The health check ${id} is enabled.`)
    else looking.found(id, `The health check ${id} ${trouble}.`)
    const children = config?.ChildHealthChecks ?? []
    if (children.length > childrenMax || (children.length > 0 && depth >= depthMax)) {
      throw new Unseen(`the health check ${id} counts more others than are looked at`)
    }
    for (const child of children) await lookAtSettings(looking, pair, child, depth + 1)
  })
}

function settingTrouble(config: HealthCheckConfig, pair: PoolPair): string | undefined {
  if (config.Disabled === true) return 'is disabled, which counts as healthy'
  if (config.Inverted === true) return 'is inverted'
  if (config.Type !== 'CLOUDWATCH_METRIC') return undefined
  if (config.InsufficientDataHealthStatus === 'Healthy') return 'takes missing data for health'
  const region = config.AlarmIdentifier?.Region
  if (region === pair.region('primary')) return `hangs on an alarm in ${region}, the primary Region`
  return undefined
}

/** What a health check looks at; `signIn` is undefined where that cannot be told from outside. */
interface Tested {
  readonly signIn: boolean | undefined
  readonly says: string
}

const depthMax = 2
const childrenMax = 20

async function whatItTests(pair: PoolPair, id: string, depth: number): Promise<Tested> {
  const { HealthCheckConfig: config, CloudWatchAlarmConfiguration: alarm } = await healthCheckOf(
    pair,
    id,
  )
  switch (config?.Type) {
    case 'TCP':
      return { signIn: false, says: `asks whether port ${config.Port} answers` }
    case 'HTTP':
    case 'HTTPS':
    case 'HTTP_STR_MATCH':
    case 'HTTPS_STR_MATCH':
      return testedByAddress(config, pair)
    case 'RECOVERY_CONTROL':
      return { signIn: true, says: 'is a routing control, which people or their tools flip' }
    case 'CLOUDWATCH_METRIC': {
      const metric = `${alarm?.Namespace ?? 'unknown'} ${alarm?.MetricName ?? ''}`.trim()
      const says = `watches an alarm on ${metric}`
      return { signIn: /SignIn|Synthetics|canary|login/i.test(metric) || undefined, says }
    }
    case 'CALCULATED':
      return testedByChildren(config, pair, depth)
    default:
      return { signIn: undefined, says: `is of kind ${config?.Type}` }
  }
}

async function testedByAddress(config: HealthCheckConfig, pair: PoolPair): Promise<Tested> {
  const path = config.ResourcePath ?? '/'
  const searched = config.Type?.endsWith('STR_MATCH') === true ? (config.SearchString ?? '') : ''
  const looks = searched === '' ? '' : ` and looks for "${searched}" in the answer`
  const says = `asks ${addressOf(config)}${looks}`
  const host = config.FullyQualifiedDomainName ?? ''
  const idle = { signIn: false, says: `${says}, which answers while sign-in fails` }
  if (await isPoolItself(host, pair)) {
    const service = /(?:^|\.)amazonaws\.com/.test(host)
    return service && isSignIn(path) ? { ...idle, signIn: undefined } : idle
  }
  if (isSignIn(path) || isSignIn(searched)) return { signIn: true, says }
  if (path === '/' || path.includes('/.well-known/') || isAlive(path)) return idle
  const why = `from here it cannot be told whether that signs a user in to ${pair.options.poolId}`
  return { signIn: undefined, says: `${says}, and ${why}` }
}

/** The pages and keys of the pool are served while nobody can sign in. */
async function isPoolItself(host: string, pair: PoolPair): Promise<boolean> {
  if (/(?:^|\.)(?:amazonaws|amazoncognito)\.com(?:\.cn)?$/.test(host)) return true
  return (await domainsOf(pair)).some(({ Domain }) => Domain === host)
}

function isSignIn(text: string): boolean {
  return /sign(?:ed)?[-_ ]?in|log(?:ged)?[-_ ]?in|canary|synthetic|authenticat/i.test(text)
}

/** Names by which servers tell that they run, and nothing of what stands behind them. */
function isAlive(path: string): boolean {
  const last = (path.split('?')[0] ?? '').split('/').filter(Boolean).at(-1) ?? ''
  return /^(?:health|healthz|healthcheck|health-check|ping|status|up|alive|live|livez|ready|readyz|heartbeat|index\.html?|favicon\.ico|robots\.txt)$/i.test(
    last,
  )
}

/**
 * A calculated check is healthy while enough of its children are: it notices that sign-in fails
 * only if those that do not notice are fewer than that.
 */
async function testedByChildren(
  { ChildHealthChecks = [], HealthThreshold }: HealthCheckConfig,
  pair: PoolPair,
  depth: number,
): Promise<Tested> {
  const count = ChildHealthChecks.length
  const says = `counts ${count} others, of which ${HealthThreshold} have to be healthy`
  if (HealthThreshold === undefined || depth >= depthMax || count > childrenMax) {
    return { signIn: undefined, says }
  }
  const children: Tested[] = []
  for (const child of ChildHealthChecks) children.push(await whatItTests(pair, child, depth + 1))
  const blind = children.filter(({ signIn }) => signIn === false).length
  const sure = children.filter(({ signIn }) => signIn === true).length
  const idle = `${says}, and that many answer while sign-in fails`
  if (blind >= HealthThreshold) return { signIn: false, says: idle }
  return { signIn: count - sure < HealthThreshold ? true : undefined, says }
}

function addressOf(config: HealthCheckConfig): string {
  const host = config.FullyQualifiedDomainName ?? config.IPAddress ?? ''
  const scheme = config.Type?.startsWith('HTTPS') === true ? 'https' : 'http'
  return `${scheme}://${host}${config.ResourcePath ?? '/'}`
}

/** Route 53 is global: its calls go to one Region of the partition. */
const globalRegions: Readonly<Record<string, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-northwest-1',
  'aws-us-gov': 'us-gov-west-1',
}

async function healthCheckOf(pair: PoolPair, HealthCheckId: string): Promise<HealthCheck> {
  const region = globalRegions[pair.partition] ?? 'us-east-1'
  const answer = await pair.readIn(region, 'route53:GetHealthCheck', { HealthCheckId })
  if (answer?.HealthCheck !== undefined) return answer.HealthCheck
  throw new Unseen(`Route 53 has no health check ${HealthCheckId}`)
}

async function checkIds(pair: PoolPair): Promise<readonly string[]> {
  const ids = routed(await domainsOf(pair)).flatMap(
    ({ Routing }) => Routing?.Failover?.PrimaryRoute53HealthCheckId ?? [],
  )
  return [...new Set(ids)]
}
