import type * as Acm from '@aws-sdk/client-acm'
import type * as CloudWatch from '@aws-sdk/client-cloudwatch'
import type * as Cognito from '@aws-sdk/client-cognito-identity-provider'
import type * as Kms from '@aws-sdk/client-kms'
import type * as Lambda from '@aws-sdk/client-lambda'
import type * as Route53 from '@aws-sdk/client-route-53'
import type * as ServiceQuotas from '@aws-sdk/client-service-quotas'
import type * as Ses from '@aws-sdk/client-sesv2'
import type * as Sns from '@aws-sdk/client-sns'
import type * as Waf from '@aws-sdk/client-wafv2'

/** The inputs and outputs of the reads, by the action that a policy allows. */
export interface ReadShapes {
  'acm:DescribeCertificate': [
    Acm.DescribeCertificateCommandInput,
    Acm.DescribeCertificateCommandOutput,
  ]
  'cloudwatch:GetMetricData': [
    CloudWatch.GetMetricDataCommandInput,
    CloudWatch.GetMetricDataCommandOutput,
  ]
  'cognito-idp:AdminGetUser': [Cognito.AdminGetUserCommandInput, Cognito.AdminGetUserCommandOutput]
  'cognito-idp:DescribeIdentityProvider': [
    Cognito.DescribeIdentityProviderCommandInput,
    Cognito.DescribeIdentityProviderCommandOutput,
  ]
  'cognito-idp:DescribeUserPool': [
    Cognito.DescribeUserPoolCommandInput,
    Cognito.DescribeUserPoolCommandOutput,
  ]
  'cognito-idp:DescribeUserPoolClient': [
    Cognito.DescribeUserPoolClientCommandInput,
    Cognito.DescribeUserPoolClientCommandOutput,
  ]
  'cognito-idp:DescribeUserPoolDomain': [
    Cognito.DescribeUserPoolDomainCommandInput,
    Cognito.DescribeUserPoolDomainCommandOutput,
  ]
  'cognito-idp:GetLogDeliveryConfiguration': [
    Cognito.GetLogDeliveryConfigurationCommandInput,
    Cognito.GetLogDeliveryConfigurationCommandOutput,
  ]
  'cognito-idp:GetUserPoolMfaConfig': [
    Cognito.GetUserPoolMfaConfigCommandInput,
    Cognito.GetUserPoolMfaConfigCommandOutput,
  ]
  'cognito-idp:ListGroups': [Cognito.ListGroupsCommandInput, Cognito.ListGroupsCommandOutput]
  'cognito-idp:ListIdentityProviders': [
    Cognito.ListIdentityProvidersCommandInput,
    Cognito.ListIdentityProvidersCommandOutput,
  ]
  'cognito-idp:ListResourceServers': [
    Cognito.ListResourceServersCommandInput,
    Cognito.ListResourceServersCommandOutput,
  ]
  'cognito-idp:ListTagsForResource': [
    Cognito.ListTagsForResourceCommandInput,
    Cognito.ListTagsForResourceCommandOutput,
  ]
  'cognito-idp:ListUserPoolClients': [
    Cognito.ListUserPoolClientsCommandInput,
    Cognito.ListUserPoolClientsCommandOutput,
  ]
  'cognito-idp:ListUserPoolReplicas': [
    Cognito.ListUserPoolReplicasCommandInput,
    Cognito.ListUserPoolReplicasCommandOutput,
  ]
  'cognito-idp:ListUsers': [Cognito.ListUsersCommandInput, Cognito.ListUsersCommandOutput]
  'kms:DescribeKey': [Kms.DescribeKeyCommandInput, Kms.DescribeKeyCommandOutput]
  'kms:GetKeyPolicy': [Kms.GetKeyPolicyCommandInput, Kms.GetKeyPolicyCommandOutput]
  'kms:ListGrants': [Kms.ListGrantsCommandInput, Kms.ListGrantsCommandOutput]
  'lambda:GetPolicy': [Lambda.GetPolicyCommandInput, Lambda.GetPolicyCommandOutput]
  'route53:GetHealthCheck': [
    Route53.GetHealthCheckCommandInput,
    Route53.GetHealthCheckCommandOutput,
  ]
  'servicequotas:ListServiceQuotas': [
    ServiceQuotas.ListServiceQuotasCommandInput,
    ServiceQuotas.ListServiceQuotasCommandOutput,
  ]
  'ses:GetAccount': [Ses.GetAccountCommandInput, Ses.GetAccountCommandOutput]
  'ses:GetEmailIdentity': [Ses.GetEmailIdentityCommandInput, Ses.GetEmailIdentityCommandOutput]
  'sns:GetSMSAttributes': [Sns.GetSMSAttributesCommandInput, Sns.GetSMSAttributesCommandOutput]
  'sns:GetSMSSandboxAccountStatus': [
    Sns.GetSMSSandboxAccountStatusCommandInput,
    Sns.GetSMSSandboxAccountStatusCommandOutput,
  ]
  'wafv2:GetWebACLForResource': [
    Waf.GetWebACLForResourceCommandInput,
    Waf.GetWebACLForResourceCommandOutput,
  ]
}

/** An action that this room can carry out. There is no other: it cannot write. */
export type ReadName = keyof ReadShapes
export type ReadInput<N extends ReadName> = ReadShapes[N][0]
export type ReadOutput<N extends ReadName> = ReadShapes[N][1]

/** The kind of resource that a policy can narrow an action to. */
export type ResourceKind =
  | 'user-pool'
  | 'key'
  | 'function'
  | 'identity'
  | 'health-check'
  | 'certificate'
  | 'web-acl'
  | 'any'

interface ReadRule {
  readonly resource: ResourceKind
  /** Actions that the service checks beside the one that is called. */
  readonly with?: readonly { readonly action: string; readonly resource: ResourceKind }[]
}

/** Every action, with what a policy has to allow for it. */
export const reads: Readonly<Record<ReadName, ReadRule>> = {
  'acm:DescribeCertificate': { resource: 'certificate' },
  'cloudwatch:GetMetricData': { resource: 'any' },
  'cognito-idp:AdminGetUser': { resource: 'user-pool' },
  'cognito-idp:DescribeIdentityProvider': { resource: 'user-pool' },
  'cognito-idp:DescribeUserPool': { resource: 'user-pool' },
  'cognito-idp:DescribeUserPoolClient': { resource: 'user-pool' },
  'cognito-idp:DescribeUserPoolDomain': { resource: 'any' },
  'cognito-idp:GetLogDeliveryConfiguration': { resource: 'user-pool' },
  'cognito-idp:GetUserPoolMfaConfig': { resource: 'user-pool' },
  'cognito-idp:ListGroups': { resource: 'user-pool' },
  'cognito-idp:ListIdentityProviders': { resource: 'user-pool' },
  'cognito-idp:ListResourceServers': { resource: 'user-pool' },
  'cognito-idp:ListTagsForResource': { resource: 'user-pool' },
  'cognito-idp:ListUserPoolClients': { resource: 'user-pool' },
  'cognito-idp:ListUserPoolReplicas': { resource: 'user-pool' },
  'cognito-idp:ListUsers': { resource: 'user-pool' },
  'kms:DescribeKey': { resource: 'key' },
  'kms:GetKeyPolicy': { resource: 'key' },
  'kms:ListGrants': { resource: 'key' },
  'lambda:GetPolicy': { resource: 'function' },
  'route53:GetHealthCheck': { resource: 'health-check' },
  'servicequotas:ListServiceQuotas': { resource: 'any' },
  'ses:GetAccount': { resource: 'any' },
  'ses:GetEmailIdentity': { resource: 'identity' },
  'sns:GetSMSAttributes': { resource: 'any' },
  'sns:GetSMSSandboxAccountStatus': { resource: 'any' },
  'wafv2:GetWebACLForResource': {
    resource: 'web-acl',
    with: [
      { action: 'wafv2:GetWebACLForResource', resource: 'user-pool' },
      { action: 'wafv2:GetWebACL', resource: 'web-acl' },
      { action: 'cognito-idp:GetWebACLForResource', resource: 'user-pool' },
    ],
  },
}

/** Reads one thing in one Region. */
export interface Reader {
  /**
   * @throws Unseen if it could not be read.
   * @returns undefined if the service says that it does not exist.
   */
  read<N extends ReadName>(
    name: N,
    region: string,
    input: ReadInput<N>,
  ): Promise<ReadOutput<N> | undefined>
}
