import { z } from 'zod'
import { secretReference } from '../remote-topology.ts'

const url = z.url({
  protocol: /^https?$/,
  error: 'Expected a URL such as https://login.example.com',
})

const path = z.string().regex(/^\/[!-~]*$/, 'Expected a path that begins with "/"')

/** Words that stand in a form or a header. */
const word = z.string().regex(/^[!-~]{1,512}$/, 'Expected visible characters, no space')

const scope = z
  .string()
  .max(2_048)
  .regex(/^[!-~]+( [!-~]+)*$/, 'Expected scopes with one space between them')

const client = z.strictObject({
  /** `client_id`. */
  id: word,
  /** Left out by a public client. */
  secret: secretReference.optional(),
  authentication: z.enum(['basic', 'post']).default('basic'),
  scope: scope.default('openid offline_access'),
  /** Registered with the provider; nobody visits it. */
  redirectUri: url.default('https://app.example.com/callback'),
})

const account = z.strictObject({
  username: z.string().min(1).max(512),
  password: secretReference,
})

const ratePerSecond = z.number().positive().max(10_000)

const scim = z.strictObject({
  path: path.default('/scim/v2'),
  token: secretReference,
  /** Goes before each name of a user or group: nobody else's is touched. */
  prefix: word.default('interregnum-'),
  /** Paths of the schema by names of attributes, where the usual ones do not fit. */
  attributes: z.record(z.string(), word).default({}),
})

/** The section `target` of a topology file, for the target `oidc`. */
export const oidcSection = z
  .strictObject({
    /** `iss` of its tokens; or one for each Region, by name. */
    issuer: z.union([url, z.record(z.string(), url)], {
      error: 'Expected the URL that tokens have under "iss", or one for each Region by name',
    }),
    client,
    /** A client whose refresh tokens are replaced at each use. */
    rotatingClient: client.optional(),
    /** A client that signs in for itself. */
    machine: client.extend({ scope: z.union([scope, z.literal('')]).default('') }).optional(),
    /** Authorization codes with PKCE, or the password grant. */
    signIn: z.enum(['code', 'password']).default('code'),
    /** A module whose export `signIn` drives the provider's pages; relative to the topology. */
    signInScript: z.string().min(1).optional(),
    /** Whether a refresh token can be redeemed again and again. */
    refreshTokens: z.enum(['reusable', 'rotating', 'none']).default('reusable'),
    accessTokens: z.enum(['jwt', 'opaque']).default('opaque'),
    /** Who access tokens are meant for, besides the clients. */
    audiences: z.array(word).max(16).default([]),
    /** How a token is presented to the provider. */
    present: z.enum(['userinfo', 'introspection']).default('userinfo'),
    /** Sent as `Host`: for Regions that are reached by other names than their users know. */
    host: word.optional(),
    /** Accounts that exist already. */
    accounts: z.array(account).min(1).max(1_000).optional(),
    /** A service that creates users; the run deletes none but its own. */
    scim: scim.optional(),
    /** Its owner agrees that canary users sign in while people fail it over. */
    consent: z.literal('observe').optional(),
    replicaWrites: z.boolean().default(false),
    /** False where a replica serves nobody before it is promoted. */
    replicaSignIns: z.boolean().default(true),
    lockout: z
      .strictObject({
        scope: z.enum(['regional', 'mirrored', 'none']),
        threshold: z.int().min(0).max(1_000),
      })
      .default({ scope: 'none', threshold: 0 }),
    /** How fast a run may ask, where the provider limits rates. */
    pace: z
      .strictObject({
        arrivalsPerSecondMax: ratePerSecond.optional(),
        operationsPerSecondMax: ratePerSecond.optional(),
      })
      .optional(),
    lagMillisMax: z.int().min(0).max(3_600_000).default(1_000),
    settleMillisMax: z.int().min(1).max(3_600_000).default(10_000),
    clockSkewMillisMax: z.int().min(0).max(3_600_000).default(0),
  })
  .superRefine((section, context) => {
    if ((section.accounts === undefined) === (section.scim === undefined)) {
      context.addIssue({
        code: 'custom',
        path: ['accounts'],
        message: 'Expected "accounts" that exist already, or "scim" to create some: one of them',
      })
    }
    if (section.lockout.scope !== 'none' && section.scim === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['lockout'],
        message: 'Expected "scim": guesses would lock accounts that are somebody\'s',
      })
    }
  })

/** What a user says of an OpenID provider. */
export type OidcSection = z.output<typeof oidcSection>
