import { scenario, seconds } from 'interregnum'
import { visit } from '../visitors.ts'

const halfTheLeewayMillis = 30_000

/** An hour, the leeway and what the clock of a Region was off by. */
const tokensAreOver = seconds(3_600 + 60 + 30 + 10)

export const clockSkew = scenario('clock-skew', {
  claim:
    "While the replica's clock is off by less than the leeway of the applications, in either direction, and while signing is slow, no token that it issues is rejected before its time or accepted after it.",
  requirements: ['FS-16'],
  needs: {
    faults: ['clock-skew', 'slow-dependency'],
    functions: ['visit', 'sign-in'],
    relyingParties: [
      { name: 'shop', kind: 'jose', settings: { leewaySeconds: 60 } },
      { name: 'bank', kind: 'aws-jwt-verify', settings: { leewaySeconds: 60 } },
    ],
  },
  async run({ replica, relyingParties, workload, nemesis, timeTravel }) {
    const users = await workload.bystanders(4)
    const region = replica.name
    const visitAll = async (sessions: Awaited<ReturnType<typeof workload.signIn>>) => {
      for (const { name } of relyingParties) {
        for (const session of sessions) await workload.attempt(visit(session, name, 'token-probe'))
      }
    }
    const issued = []
    for (const [index, offsetMillis] of [halfTheLeewayMillis, -halfTheLeewayMillis].entries()) {
      const skewed = await nemesis.inject('clock-skew', { region, offsetMillis })
      const sessions = await workload.signIn(users.slice(index, index + 1), region)
      await visitAll(sessions)
      issued.push(...sessions)
      await skewed.heal()
    }
    const slow = await nemesis.inject('slow-dependency', {
      ...{ region, dependency: 'token-signing', delayMillis: 300 },
    })
    const late = await workload.signIn(users.slice(2, 3), region)
    await visitAll(late)
    await slow.heal()

    await timeTravel.advance(tokensAreOver)
    await visitAll([...issued, ...late])
    await visitAll(await workload.signIn(users.slice(3, 4), region))
  },
})
