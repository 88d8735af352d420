import { UsageError } from '../kernel/errors.ts'

/** A module of the SDK, as far as it is used here: classes by their names. */
export type AwsLibrary = Readonly<Record<string, unknown>>

/** A service: what policies, the SDK and its package call it. */
export interface AwsService {
  readonly client: string
  readonly package: string
  readonly load: () => Promise<AwsLibrary>
}

/** The services that are read, by their prefix in policies. */
export const awsServices: Readonly<Record<string, AwsService>> = {
  acm: {
    client: 'ACMClient',
    package: '@aws-sdk/client-acm',
    load: () => import('@aws-sdk/client-acm'),
  },
  cloudwatch: {
    client: 'CloudWatchClient',
    package: '@aws-sdk/client-cloudwatch',
    load: () => import('@aws-sdk/client-cloudwatch'),
  },
  'cognito-idp': {
    client: 'CognitoIdentityProviderClient',
    package: '@aws-sdk/client-cognito-identity-provider',
    load: () => import('@aws-sdk/client-cognito-identity-provider'),
  },
  kms: {
    client: 'KMSClient',
    package: '@aws-sdk/client-kms',
    load: () => import('@aws-sdk/client-kms'),
  },
  lambda: {
    client: 'LambdaClient',
    package: '@aws-sdk/client-lambda',
    load: () => import('@aws-sdk/client-lambda'),
  },
  route53: {
    client: 'Route53Client',
    package: '@aws-sdk/client-route-53',
    load: () => import('@aws-sdk/client-route-53'),
  },
  servicequotas: {
    client: 'ServiceQuotasClient',
    package: '@aws-sdk/client-service-quotas',
    load: () => import('@aws-sdk/client-service-quotas'),
  },
  ses: {
    client: 'SESv2Client',
    package: '@aws-sdk/client-sesv2',
    load: () => import('@aws-sdk/client-sesv2'),
  },
  sns: {
    client: 'SNSClient',
    package: '@aws-sdk/client-sns',
    load: () => import('@aws-sdk/client-sns'),
  },
  wafv2: {
    client: 'WAFV2Client',
    package: '@aws-sdk/client-wafv2',
    load: () => import('@aws-sdk/client-wafv2'),
  },
}

/**
 * Loads the clients of all services, so that one message names all that are missing.
 *
 * @throws UsageError with the command that installs them.
 */
export async function loadAwsLibraries(
  services: Readonly<Record<string, AwsService>> = awsServices,
): Promise<ReadonlyMap<string, AwsLibrary>> {
  const libraries = new Map<string, AwsLibrary>()
  const missing: string[] = []
  let cause: unknown
  for (const [name, service] of Object.entries(services)) {
    try {
      libraries.set(name, await service.load())
    } catch (error) {
      missing.push(service.package)
      cause = error
    }
  }
  if (missing.length === 0) return libraries
  throw new UsageError(`preflight needs packages that are not installed: ${missing.join(', ')}`, {
    cause,
    hint: `npm install --save-dev ${missing.map((name) => `${name}@3`).join(' ')}`,
  })
}
