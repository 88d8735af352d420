import type { DomainDescriptionType } from '@aws-sdk/client-cognito-identity-provider'
import type { PreflightCheck } from '../check.ts'
import { Unseen } from '../check.ts'
import { Looking, notApplicable, regionOfArn } from './looking.ts'
import type { PoolPair } from './pool-pair.ts'

const noDomain = 'the pool has no domain: nobody signs in at hosted pages'

/** Hosted pages follow a health check to the replica. */
export const domainRouting: PreflightCheck<PoolPair> = {
  id: 'domain-routing',
  what: 'The domain of the pool is the same in both Regions, and fails over to that of the replica by a health check.',
  why: 'Without routing, hosted sign-in and the token endpoint stay down as long as the primary does.',
  requirements: ['DM-01', 'DM-11'],
  severity: 'error',
  remedy:
    'Set Routing.Failover with UpdateUserPoolDomain: the secondary Region and a health check.',
  look: async (pair) => {
    const looking = new Looking()
    const domains = await domainsOf(pair)
    const to = pair.region('secondary')
    const [ours, theirs] = [await pair.pool('primary'), await pair.pool('secondary')]
    if (ours.CustomDomain !== theirs.CustomDomain) {
      const [here, there] = [ours.CustomDomain ?? 'none', theirs.CustomDomain ?? 'none']
      looking.found(
        'custom domain',
        `The custom domain is ${here} at the primary, ${there} in ${to}.`,
      )
    } else if (domains.length === 0) return notApplicable(noDomain)
    for (const { Domain = '', Routing } of routed(domains)) {
      const region = Routing?.Failover?.SecondaryRegion
      const check = Routing?.Failover?.PrimaryRoute53HealthCheckId ?? ''
      if (region === to && check === '') {
        looking.found(Domain, `${Domain} fails over to ${region} by no health check.`)
      } else if (region === to) looking.saw(`${Domain} fails over to ${region} by ${check}.`)
      else if (region === undefined) looking.found(Domain, `${Domain} fails over to no Region.`)
      else looking.found(Domain, `${Domain} fails over to ${region}, the replica is in ${to}.`)
    }
    return looking.seen
  },
}

/** The certificate of a custom domain is good for a while. */
export const certificate: PreflightCheck<PoolPair> = {
  id: 'certificate',
  what: 'The certificate of the custom domain is issued and does not expire soon.',
  why: 'One certificate serves both Regions: when it expires, hosted sign-in ends in both.',
  requirements: ['DM-06'],
  severity: 'error',
  remedy: 'Renew it in ACM of us-east-1, or mend the DNS record by which ACM renews it.',
  look: async (pair) => {
    const looking = new Looking()
    const custom = (await domainsOf(pair)).flatMap(({ Domain = '', CustomDomainConfig }) =>
      CustomDomainConfig?.CertificateArn === undefined
        ? []
        : [[Domain, CustomDomainConfig.CertificateArn] as const],
    )
    if (custom.length === 0) return notApplicable('the pool has no custom domain')
    for (const [name, arn] of custom) {
      await looking.part(() => lookAtCertificate(looking, pair, name, arn))
    }
    return looking.seen
  },
}

async function lookAtCertificate(
  looking: Looking,
  pair: PoolPair,
  name: string,
  CertificateArn: string,
): Promise<void> {
  const region = regionOfArn(CertificateArn)
  const answer = await pair.readIn(region, 'acm:DescribeCertificate', { CertificateArn })
  const { Status, NotAfter, RenewalSummary } = answer?.Certificate ?? {}
  const { now, certificateDaysMin } = pair.options
  if (answer === undefined) looking.found(name, `The certificate of ${name} does not exist.`)
  else if (Status !== 'ISSUED') looking.found(name, `The certificate of ${name} is ${Status}.`)
  else if (NotAfter === undefined || Number.isNaN(NotAfter.getTime()))
    looking.missed(`ACM tells no end of the certificate of ${name}`)
  else {
    const left = (NotAfter.getTime() - now / 1_000) / 86_400_000
    const end = NotAfter.toISOString().slice(0, 10)
    const renewal = RenewalSummary?.RenewalStatus
    const when =
      left < 0
        ? `ended on ${end}, ${Math.ceil(-left)} days ago`
        : `ends on ${end}, in ${Math.floor(left)} days`
    const told = `The certificate of ${name} ${when}`
    if (left < certificateDaysMin) looking.found(name, `${told}.`)
    else if (renewal === 'FAILED') looking.found(name, `${told}, and its renewal failed.`)
    else looking.saw(`${told}.`)
  }
}

/** The domains of the pool as its primary describes them. @throws Unseen */
export async function domainsOf(pair: PoolPair): Promise<readonly DomainDescriptionType[]> {
  const { Domain, CustomDomain } = await pair.pool('primary')
  const found: DomainDescriptionType[] = []
  for (const name of [CustomDomain, Domain]) {
    if (name === undefined) continue
    const input = { Domain: name }
    const answer = await pair.read('primary', 'cognito-idp:DescribeUserPoolDomain', input)
    const description = answer?.DomainDescription
    if (description?.Domain === undefined) throw new Unseen(`the domain ${name} is not described`)
    found.push(description)
  }
  return found
}

/** Those that users come by: where there is a custom domain, the prefix is for trials. */
export function routed(
  domains: readonly DomainDescriptionType[],
): readonly DomainDescriptionType[] {
  const custom = domains.filter(({ CustomDomainConfig }) => CustomDomainConfig?.CertificateArn)
  return custom.length > 0 ? custom : domains
}
