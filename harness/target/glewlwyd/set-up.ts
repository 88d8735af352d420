import { generateKeyPairSync } from 'node:crypto'
import type { OidcClient } from '../oidc/options.ts'
import type { ApiRequest } from './api.ts'
import { appScope, appScopeWithCode, enrolScope, userProperties } from './user-record.ts'

/** Where the browser of a user comes back to; nobody visits it. */
const redirectUri = 'http://app.invalid/callback'
/** The property of a client that says that its refresh tokens are good once. */
const oneUse = 'refresh-token-one-use'

/** The name of the plugin instance, and of the path below `/api`. */
export const pluginName = 'oidc'

const accessTokenSeconds = 3_600
const refreshTokenSeconds = 86_400

/** The applications of a run. */
export interface Applications {
  readonly client: OidcClient
  readonly rotatingClient: OidcClient
  readonly machine: OidcClient
}

/** @param secretFor - Of the run alone, for a client. */
export function applicationsOf(secretFor: (client: string) => string): Applications {
  const client = (id: string, scope: string): OidcClient => ({
    ...{ id, scope, secret: secretFor(id), redirectUri },
  })
  const scope = `openid ${appScope} ${appScopeWithCode}`
  return {
    client: client('app', scope),
    rotatingClient: client('rotating-app', scope),
    machine: client('machine', appScope),
  }
}

/** The requests that make an empty server a provider with applications, in this order. */
export function setUpRequests(
  { client, rotatingClient, machine }: Applications,
  issuer: string,
): readonly ApiRequest[] {
  return [
    // An administrator of a run signs in once.
    scopeRequest('PUT', 'g_admin', {}),
    ...moduleRequests('user', Object.fromEntries(userProperties.map((name) => [name, property]))),
    ...moduleRequests('client', {
      ...Object.fromEntries(clientLists.map((name) => [name, listProperty])),
      ...{ client_secret: property, [oneUse]: property },
    }),
    post('/api/mod/scheme/', {
      ...{ module: 'otp', name: 'otp', display_name: 'Code', enabled: true },
      ...{ expiration: 600, max_use: 0, allow_user_register: true },
      ...{ forbid_user_profile: false, forbid_user_reset_credential: false },
      parameters: {
        ...{ issuer, 'secret-minimum-size': 16, 'otp-length': 6 },
        ...{ 'hotp-allow': false, 'hotp-window': 0 },
        ...{ 'totp-allow': true, 'totp-window': 1, 'totp-start-offset': 0 },
      },
    }),
    scopeRequest('POST', appScope, {}),
    scopeRequest('POST', appScopeWithCode, withCode),
    scopeRequest('POST', enrolScope, withCode),
    pluginRequest(issuer),
    clientRequest(client, { [oneUse]: 'no' }),
    clientRequest(rotatingClient, { [oneUse]: 'yes' }),
    clientRequest(machine, {}),
    // A scope gets its row when a user first has it: two at once would be one too many.
    post('/api/user/', {
      ...{ username: 'everything', name: '-', enabled: false },
      scope: ['openid', appScope, appScopeWithCode, enrolScope],
    }),
    { method: 'DELETE', path: '/api/user/everything' },
  ]
}

const access = { read: true, write: true, 'profile-read': true, 'profile-write': false }
const property = { multiple: false, ...access }
const listProperty = { multiple: true, ...access }

const clientLists = ['redirect_uri', 'authorization_type', 'token_endpoint_auth_method']

const withCode = {
  scheme: { '1': [{ scheme_type: 'otp', scheme_name: 'otp' }] },
  scheme_required: { '1': 1 },
}

function post(path: string, body: unknown): ApiRequest {
  return { method: 'POST', path, body }
}

/** The properties of users or of clients; the module reads them when it begins anew. */
function moduleRequests(
  kind: 'user' | 'client',
  format: Readonly<Record<string, unknown>>,
): readonly ApiRequest[] {
  const path = `/api/mod/${kind}/database`
  const body = {
    ...{ module: 'database', name: 'database', display_name: 'Database', order_rank: 0 },
    ...{ readonly: false, enabled: true, multiple_passwords: false },
    parameters: { 'use-glewlwyd-connection': true, 'data-format': format },
  }
  return [
    { method: 'PUT', path, body },
    { method: 'PUT', path: `${path}/reset` },
  ]
}

function scopeRequest(
  method: 'POST' | 'PUT',
  name: string,
  schemes: Readonly<Record<string, unknown>>,
): ApiRequest {
  const body = {
    ...{ name, display_name: name, description: name },
    ...{ password_required: true, password_max_age: 0, scheme: {}, ...schemes },
  }
  return { method, path: method === 'PUT' ? `/api/scope/${name}` : '/api/scope/', body }
}

function clientRequest(
  { id, secret, scope }: OidcClient,
  properties: Readonly<Record<string, unknown>>,
): ApiRequest {
  return post('/api/client/', {
    ...{ client_id: id, name: id, confidential: true, client_secret: secret, enabled: true },
    ...{ redirect_uri: [redirectUri], scope: scope.split(' ').filter((one) => one !== 'openid') },
    authorization_type: ['code', 'password', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_method: ['client_secret_basic'],
    ...properties,
  })
}

/** Tokens are JSON Web Tokens (RFC 9068) that are kept in the database as well. */
function pluginRequest(issuer: string): ApiRequest {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const parameters = {
    ...{ iss: issuer, 'jwt-type': 'rsa', 'jwt-key-size': '256', key: privateKey, cert: publicKey },
    ...{ 'jwks-show': true, 'subject-type': 'public', 'pkce-allowed': true },
    ...{ 'code-duration': 600, 'access-token-duration': accessTokenSeconds },
    ...{ 'refresh-token-duration': refreshTokenSeconds, 'refresh-token-rolling': false },
    ...{ 'refresh-token-one-use': 'client-driven', [`client-${oneUse}-parameter`]: oneUse },
    ...{ 'auth-type-code-enabled': true, 'auth-type-password-enabled': true },
    ...{ 'auth-type-client-enabled': true, 'auth-type-refresh-enabled': true },
    ...{ 'allow-non-oidc': true, 'session-management-allowed': false },
    ...{ 'introspection-revocation-allowed': true },
    ...{ 'introspection-revocation-allow-target-client': true },
    ...{ 'name-claim': 'no', 'email-claim': 'no', 'scope-claim': 'no' },
  }
  return post('/api/mod/plugin/', {
    ...{ module: 'oidc', name: pluginName, display_name: 'OpenID', enabled: true, parameters },
  })
}
