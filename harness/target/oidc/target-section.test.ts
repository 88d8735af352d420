import { expect, test } from 'vitest'
import type { Plan } from '../../plan/plan.ts'
import { remoteSettings } from '../remote-topology.ts'
import { oidcSection } from './target-section.ts'

// Goal: what is wrong in the section of a provider is named by its field. Method: sections as a
// user would write them.

const secret = { environment: 'SECRET' }
const least = {
  issuer: 'https://login.example.com',
  client: { id: 'app' },
  accounts: [{ username: 'alice', password: secret }],
}

function read(target: unknown): unknown {
  const topology = { file: '/t.yaml', digest: '', content: { regions: {}, target } }
  return remoteSettings({ topology } as unknown as Pick<Plan, 'topology'>, oidcSection)
}

test('issuer, client and an account are enough', () => {
  expect(read(least)).toMatchObject({
    client: { scope: 'openid offline_access', redirectUri: 'https://app.example.com/callback' },
    ...{ signIn: 'code', refreshTokens: 'reusable', accessTokens: 'opaque', present: 'userinfo' },
    lockout: { scope: 'none' },
  })
})

test.for([
  [{ ...least, issuer: 'login' }, 'target.issuer'],
  [{ ...least, client: { id: 'a b' } }, 'target.client.id'],
  [{ ...least, clientId: 'app' }, '"target.clientId": there is no such field'],
  [{ ...least, consent: 'run' }, 'target.consent'],
  [{ ...least, accounts: undefined }, '"target.accounts": Expected "accounts" that exist already'],
  [{ ...least, scim: { token: secret } }, '"target.accounts": Expected "accounts" that exist'],
  [{ ...least, lockout: { scope: 'regional', threshold: 5 } }, '"target.lockout": Expected "scim"'],
  [{ ...least, accounts: [{ username: 'a', password: 'pw' }] }, 'target.accounts.0.password'],
  [{ ...least, pace: { operationsPerSecondMax: 0 } }, 'target.pace.operationsPerSecondMax'],
] as const)('%#: a wrong field is named', ([section, words]) => {
  expect(() => read(section)).toThrow(words)
})
