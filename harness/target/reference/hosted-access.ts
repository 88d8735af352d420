/** What applications in a browser are told of the hosted pages. */
export interface HostedAccess {
  /** The domain, which fails over: sent as `Host`, whatever the request goes to. */
  readonly host: string
  readonly redirectUri: string
  /** Scopes separated by spaces. */
  readonly scope: string
}

/** The hosted pages that a set-up makes. */
export const hostedAccess: HostedAccess = Object.freeze({
  host: 'login.example.com',
  redirectUri: 'https://app.example.com/callback',
  scope: 'openid aws.cognito.signin.user.admin',
})
