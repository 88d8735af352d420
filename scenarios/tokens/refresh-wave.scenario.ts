import { access, scenario, seconds } from 'interregnum'
import { patience } from '../populations.ts'

const usersAtOnce = 12

/** An access token lives an hour. */
const tokensExpire = seconds(3_700)

export const refreshWave = scenario('refresh-wave', {
  claim:
    'When every access token expires while the primary Region is lost and the replica throttles, everybody has a refreshed session within the recovery objective, and nobody is sent to the sign-in page.',
  requirements: ['FS-17'],
  needs: {
    faults: ['region-loss', 'throttling', 'failover'],
    functions: ['sign-in', 'refresh', 'use-token'],
  },
  async run({ primary, replica, workload, nemesis, clients, timeTravel, clock, signal }) {
    const sessions = await workload.signIn(await workload.bystanders(usersAtOnce))
    const narrow = await nemesis.inject('throttling', {
      ...{ region: replica.name, category: 'UserAuthentication', perSecond: 8 },
    })
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await timeTravel.advance(tokensExpire)
    await clients.failover()
    await workload.presentTokens(sessions.slice(0, 1), replica.name)

    const waiting = [...sessions]
    const sent = new Map<string, (typeof sessions)[number]>()
    let refreshed = 0
    const wave = workload.stream({
      ratePerSecond: 20,
      retry: { attemptsMax: 3, backoffMillis: 150 },
      operation: () => {
        const session = waiting.shift()
        if (session === undefined) return undefined
        sent.set(session.user, session)
        const course = { to: 'route', purpose: 'recovery-probe' } as const
        return { ...access.refresh(session.user, session.operation, course), population: 'sdk' }
      },
      answered: ({ type, user }) => {
        if (type === 'ok') refreshed += 1
        const session = sent.get(user)
        if (type !== 'ok' && session !== undefined) waiting.push(session)
      },
    })
    const deadline = clock.monotonic() + patience
    while (refreshed < sessions.length && clock.monotonic() < deadline) {
      await clock.sleep(5_000, signal)
    }
    await wave.stop()
    await narrow.heal()
    await lost.heal()
    await clients.failback()
  },
})
