import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch'
import type { ServiceQuota } from '@aws-sdk/client-service-quotas'
import type { PreflightCheck } from '../check.ts'
import { Unseen } from '../check.ts'
import { Looking } from './looking.ts'
import { everyPage } from './pages.ts'
import type { PoolPair, Side } from './pool-pair.ts'

/** The rate of a category is as high at the replica. */
export const quotas: PreflightCheck<PoolPair> = {
  id: 'quotas',
  what: 'Each request quota of Cognito is as high in the Region of the replica as in that of the primary.',
  why: 'Quotas count for each Region, and an increase in one does not apply in the other: what the primary serves is throttled at the replica.',
  requirements: ['CF-09'],
  severity: 'error',
  remedy: 'Ask for the same quotas (Service Quotas, Amazon Cognito User Pools) in that Region.',
  look: async (pair) => {
    const looking = new Looking()
    const ours = await quotasAt(pair, 'primary')
    const theirs = await quotasAt(pair, 'secondary')
    const region = pair.region('secondary')
    let same = 0
    for (const [code, quota] of ours) {
      const [here, there] = [quota.Value, theirs.get(code)?.Value]
      const name = quota.QuotaName ?? code
      if (here === undefined)
        looking.missed(`${pair.region('primary')} tells no value of "${name}"`)
      else if (there === undefined) looking.missed(`${region} tells no quota "${name}"`)
      else if (there < here) {
        looking.found(name, `${name}: ${there} in ${region}, ${here} at the primary.`)
      } else same += 1
    }
    looking.saw(`${same} of ${ours.size} quotas are as high in ${region} as at the primary.`)
    return looking.seen
  },
}

/** What the primary was asked for at its busiest fits the replica. */
export const quotaHeadroom: PreflightCheck<PoolPair> = {
  id: 'quota-headroom',
  what: 'The busiest five minutes of both Regions together fit each request quota of the replica, with a fifth to spare.',
  why: 'After a failover the replica carries the calls of both, and more: clients that were thrown out come back at once.',
  requirements: ['CF-09'],
  severity: 'warning',
  remedy:
    'Ask for higher quotas in the Region of the replica, or let clients come back more slowly.',
  look: async (pair) => {
    const looking = new Looking()
    const limits = await quotasAt(pair, 'secondary')
    const measured = [...limits].filter(([, quota]) => isRate(quota))
    const ours = await peaksAt(pair, 'primary', measured)
    const theirs = await peaksAt(pair, 'secondary', measured)
    const region = pair.region('secondary')
    for (const [code, { QuotaName = code, Value = 0 }] of measured) {
      const [here, there] = [ours.get(code), theirs.get(code)]
      if (here === undefined) continue
      const peak = here + (there ?? 0)
      const told = `${QuotaName}: ${peak.toFixed(1)} a second at the busiest, ${Value} allowed in ${region}`
      if (peak > Value * usableShare) looking.found(QuotaName, `${told}.`)
      else looking.saw(`${told}.`)
    }
    if (ours.size === 0) looking.missed('CloudWatch holds no calls of the last days')
    return looking.seen
  },
}

const usableShare = 0.8
const periodSeconds = 300
const days = 7
const quotasMax = 300
const pagesPerMetricMax = 10

async function quotasAt(pair: PoolPair, side: Side): Promise<ReadonlyMap<string, ServiceQuota>> {
  const ServiceCode = 'cognito-idp'
  const listed = await everyPage({
    what: `quotas in ${pair.region(side)}`,
    countMax: quotasMax,
    read: (NextToken) =>
      pair.read(side, 'servicequotas:ListServiceQuotas', {
        ServiceCode,
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
    items: ({ Quotas }) => Quotas,
    next: ({ NextToken }) => NextToken,
  })
  if (listed.length === 0) throw new Unseen(`Service Quotas in ${pair.region(side)} tells no quota`)
  return new Map(listed.map((quota) => [quota.QuotaCode ?? quota.QuotaName ?? '', quota]))
}

function isRate({ Period, UsageMetric }: ServiceQuota): boolean {
  const second = Period === undefined || Period.PeriodUnit === 'SECOND'
  return second && UsageMetric?.MetricName !== undefined
}

/**
 * Calls a second in the busiest period of each quota, by the usage metric that the quota names.
 * Quotas without calls are left out.
 */
async function peaksAt(
  pair: PoolPair,
  side: Side,
  measured: readonly (readonly [string, ServiceQuota])[],
): Promise<ReadonlyMap<string, number>> {
  // Whole periods, so that the same question has the same answer.
  const endSeconds =
    Math.floor(pair.options.now / 1_000_000 / periodSeconds) * periodSeconds + periodSeconds
  const results = await everyPage({
    what: `calls that CloudWatch counted in ${pair.region(side)}`,
    countMax: measured.length * pagesPerMetricMax,
    read: (NextToken) =>
      pair.read(side, 'cloudwatch:GetMetricData', {
        StartTime: new Date((endSeconds - days * 86_400) * 1_000),
        EndTime: new Date(endSeconds * 1_000),
        MetricDataQueries: measured.map(([, quota], index) => queryOf(quota, index)),
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
    items: ({ MetricDataResults }) => MetricDataResults,
    next: ({ NextToken }) => NextToken,
  })
  const peaks = new Map<string, number>()
  for (const { Id, Values = [], StatusCode } of results) {
    if (StatusCode === 'InternalError' || StatusCode === 'Forbidden') {
      throw new Unseen(`CloudWatch in ${pair.region(side)} tells calls in part (${StatusCode})`)
    }
    const code = measured[Number(Id?.slice(1))]?.[0]
    if (code === undefined || Values.length === 0) continue
    const most = Values.reduce((left, right) => Math.max(left, right), 0)
    peaks.set(code, Math.max(peaks.get(code) ?? 0, most / periodSeconds))
  }
  return peaks
}

function queryOf({ UsageMetric }: ServiceQuota, index: number): MetricDataQuery {
  const { MetricNamespace, MetricName, MetricDimensions = {} } = UsageMetric ?? {}
  return {
    Id: `m${index}`,
    MetricStat: {
      Metric: {
        Namespace: MetricNamespace,
        MetricName,
        Dimensions: Object.entries(MetricDimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: periodSeconds,
      Stat: 'Sum',
    },
  }
}
