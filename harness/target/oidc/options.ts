import type { TokenObservation } from '../../history/line.ts'
import type { OperationFunction, RegionName } from '../../history/operation.ts'
import type { HttpClient } from '../../http/http.ts'
import type { WallClock } from '../../kernel/clock.ts'
import type { Outcome, ResolvedOperation } from '../contract.ts'
import type { Secrets } from '../secrets.ts'
import type { TokenUse } from '../token-inspector.ts'
import type { SignInScript } from './browser.ts'

/** Path and query of each endpoint in one Region (OpenID Connect Discovery 1.0, section 3). */
export interface OidcEndpoints {
  readonly jwks: string
  readonly token: string
  readonly authorization?: string
  readonly userinfo?: string
  /** RFC 7009. */
  readonly revocation?: string
  /** RFC 7662. */
  readonly introspection?: string
}

/** An application that is registered with the provider. */
export interface OidcClient {
  readonly id: string
  /** Absent: a public client. */
  readonly secret?: string
  /** How a secret is sent (RFC 6749 section 2.3.1); `basic` by default. */
  readonly authentication?: 'basic' | 'post'
  /** Scopes separated by spaces. */
  readonly scope: string
  /** Where a browser comes back to; needed by authorization codes. Nobody visits it. */
  readonly redirectUri?: string
}

/** An account that exists already. */
export interface OidcAccount {
  readonly username: string
  readonly password: string
}

/** What an operation at one Region may use. */
export interface OidcAccess {
  readonly region: RegionName
  /** Over the link; the `Host` of the options is set. */
  readonly http: HttpClient
  readonly endpoints: OidcEndpoints
  /** Where a browser may follow a redirect to. */
  readonly origins: ReadonlySet<string>
  readonly options: OidcOptions
  readonly secrets: Secrets
  /** The wall clock of clients: an authenticator app reads it. */
  readonly wall: WallClock
  /**
   * Each token that is issued or presented goes through it.
   *
   * @param lifetimeSeconds - What came with an opaque token as `expires_in`.
   */
  observe(token: string, use: TokenUse, lifetimeSeconds?: number): Promise<TokenObservation>
  /** Name and password of a user; `label` names the operation that wrote the password. */
  credentials(user: string, label: string): OidcAccount
  /** The client that a refresh token was given to; the plain one of a token nobody knows. */
  clientOf(refreshToken: string): OidcClient
  /** Says which client a refresh token was given to. */
  remember(refreshToken: string, client: OidcClient): void
}

/**
 * One function of the harness at one Region: one attempt, in which no request is repeated.
 *
 * @throws HttpError if no answer came: the session makes the outcome of it.
 */
export type OidcHandler = (
  operation: ResolvedOperation,
  access: OidcAccess,
  signal: AbortSignal,
) => Promise<Outcome>

/** Handlers by function. */
export type OidcHandlers = Readonly<Partial<Record<OperationFunction, OidcHandler>>>

/** An OpenID provider as a session needs to know it. */
export interface OidcOptions {
  /** The target, for messages. */
  readonly name: string
  /** What `iss` may be. Two Regions behind one name have one. */
  readonly issuers: readonly [string, ...string[]]
  /** Where Regions have issuers of their own: whose discovery document each of them shows. */
  readonly issuerByRegion?: Readonly<Record<RegionName, string>>
  /** Of the discovery document in each Region; `/.well-known/openid-configuration` by default. */
  readonly discoveryPath?: string
  /** What the discovery document does not tell, or tells wrong. */
  readonly endpoints?: Partial<OidcEndpoints>
  /** Sent as `Host` with every request, where a Region has to believe it has another name. */
  readonly host?: string
  /** Its refresh tokens can be redeemed again and again. */
  readonly client: OidcClient
  /** Its refresh tokens are replaced at each use; operations ask for it by `client: 'rotating'`. */
  readonly rotatingClient?: OidcClient
  /** Signs in by client credentials (RFC 6749 section 4.4). */
  readonly machine?: OidcClient
  /** `code`: a browser of few words, with PKCE (RFC 7636). `password`: RFC 6749 section 4.3. */
  readonly signIn: 'code' | 'password'
  /** What the browser does on the provider's pages; forms with name and password by default. */
  readonly signInScript?: SignInScript
  /** `jwt`: relying parties verify access tokens by themselves (RFC 9068). */
  readonly accessTokens: 'jwt' | 'opaque'
  /** Who tokens may be meant for, besides the clients. */
  readonly audiences?: readonly string[]
  /** How `use-token` presents a token: OpenID userinfo, or RFC 7662 by a resource server. */
  readonly present: 'userinfo' | 'introspection'
  /** How long after `exp` a verifier still accepts a token. */
  readonly leewayMillis: number
  /**
   * The provider's own administration of users and second factors. What is here comes before what
   * the session does by the standards.
   */
  readonly handlers?: OidcHandlers
  /** Passwords of users that are made; from the seed of the plan by default, for all to read. */
  readonly secrets?: Secrets
  /** What a user is called at sign-in, where it is not the name of the harness. */
  readonly usernameOf?: (user: string) => string
  /** Accounts that exist already, for systems that nobody may create users in. */
  readonly accounts?: readonly [OidcAccount, ...OidcAccount[]]
}
