import type { OperationFunction } from '../../history/operation.ts'
import type { Json } from '../../kernel/json.ts'
import { type ApiRequest, type ApiSuccess, objectField, textField } from './api.ts'
import { hostedAccess } from './hosted-access.ts'
import { firstSecret, type MachineClient } from './machine-client.ts'

/** Sends a request of the set-up to the primary; it has to succeed. */
export type MustCall = (request: ApiRequest) => Promise<ApiSuccess>

const browserFunctions: readonly OperationFunction[] = [
  'open-sign-in-page',
  'submit-sign-in',
  'redeem-code',
]

const machineFunctions: readonly OperationFunction[] = [
  'machine-sign-in',
  'add-secret',
  'delete-secret',
]

/** Whether operations in a browser are among the functions. */
export function usesBrowsers(functions: readonly OperationFunction[]): boolean {
  return functions.some((name) => browserFunctions.includes(name))
}

/** Whether operations of machine clients are among the functions. */
export function usesMachines(functions: readonly OperationFunction[]): boolean {
  return functions.some((name) => machineFunctions.includes(name))
}

/** What a client of people needs beside its flows of the API to use the hosted pages. */
export const browserClient: { readonly [field: string]: Json } = Object.freeze({
  AllowedOAuthFlowsUserPoolClient: true,
  AllowedOAuthFlows: ['code'],
  AllowedOAuthScopes: hostedAccess.scope.split(' '),
  CallbackURLs: [hostedAccess.redirectUri],
})

/** A domain of the hosted pages that fails over to the replica. */
export async function createDomain(must: MustCall, poolId: string, replica: string): Promise<void> {
  await must({
    operation: 'CreateUserPoolDomain',
    input: {
      UserPoolId: poolId,
      Domain: hostedAccess.host,
      CustomDomainConfig: { CertificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/1' },
      Routing: {
        Failover: { SecondaryRegion: replica, PrimaryRoute53HealthCheckId: 'primary-health' },
      },
    },
  })
}

/** A resource server and a machine client that may read it; undefined if an answer lacks one. */
export async function createMachine(
  must: MustCall,
  poolId: string,
): Promise<MachineClient | undefined> {
  await must({
    operation: 'CreateResourceServer',
    input: {
      UserPoolId: poolId,
      Identifier: 'orders',
      Name: 'Orders',
      Scopes: [{ ScopeName: 'read', ScopeDescription: 'Read orders' }],
    },
  })
  const created = await must({
    operation: 'CreateUserPoolClient',
    input: {
      UserPoolId: poolId,
      ClientName: 'machine',
      GenerateSecret: true,
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['client_credentials'],
      AllowedOAuthScopes: ['orders/read'],
    },
  })
  const client = objectField(created.output, 'UserPoolClient')
  const clientId = textField(client, 'ClientId')
  const first = textField(client, 'ClientSecret')
  if (clientId === undefined || first === undefined) return undefined
  const listed = await must({
    operation: 'ListUserPoolClientSecrets',
    input: { UserPoolId: poolId, ClientId: clientId },
  })
  const { ClientSecrets: secrets } = listed.output
  const [only] = Array.isArray(secrets) ? (secrets as readonly Record<string, unknown>[]) : []
  const id = textField(only, 'ClientSecretId')
  return id === undefined ? undefined : { clientId, first, secretIds: new Map([[firstSecret, id]]) }
}
