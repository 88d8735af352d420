import { scenario, seconds } from 'interregnum'
import { visit } from '../visitors.ts'

/** Longer than the applications of this story use keys without asking again. */
const keysAge = seconds(1.2)

/** An access token lives an hour. */
const tokensExpire = seconds(3_700)

export const jwksEndpointFails = scenario('jwks-endpoint-fails', {
  claim:
    'While nobody answers for the signing keys, or an answer never comes, applications go on with the keys that they have, and let nobody in with another token.',
  requirements: ['FS-13'],
  needs: {
    faults: ['cut', 'black-hole'],
    functions: ['visit', 'sign-in'],
    relyingParties: [
      { name: 'shop', kind: 'jose', settings: { cacheMaxAgeSeconds: 1, timeoutMillis: 150 } },
      {
        name: 'hanging-shop',
        kind: 'jose',
        settings: { cacheMaxAgeSeconds: 1, cooldownSeconds: 0, timeoutMillis: 150 },
      },
      { name: 'bank', kind: 'aws-jwt-verify', settings: { timeoutMillis: 150 } },
    ],
  },
  async run(context) {
    const { primary, replica, relyingParties, links, workload, nemesis } = context
    const { clock, signal, timeTravel } = context
    const users = await workload.bystanders(3)
    const before = await workload.signIn(users.slice(0, 1), primary.name)
    const other = await workload.signIn(users.slice(1, 2), replica.name)
    const visitAll = async (sessions: typeof before): Promise<void> => {
      for (const { name } of relyingParties) {
        for (const session of sessions) await workload.attempt(visit(session, name, 'token-probe'))
      }
    }
    await visitAll([...before, ...other])
    await clock.sleep(keysAge, signal)

    for (const { name } of [primary, replica]) {
      await nemesis.inject('cut', { link: links.between('shop', name) })
      await nemesis.inject('cut', { link: links.between('bank', name) })
      await nemesis.inject('black-hole', { link: links.between('hanging-shop', name) })
    }
    await visitAll([...before, ...other])
    await timeTravel.advance(tokensExpire)
    await visitAll(before)
    const late = await workload.signIn(users.slice(2, 3), primary.name)
    await visitAll(late)
    await nemesis.healAll()
    await visitAll([...late, ...before])
  },
})
