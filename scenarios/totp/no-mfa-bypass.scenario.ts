import { access, factors, scenario, seconds } from 'interregnum'
import { enrolForGood, tryWithoutFactor } from './enrolment.ts'

/** Sign-ins in each phase of the cutover. */
const knocks = 3

/** Longer than the lag that the system declares. */
const beyondTheLag = seconds(1.2)

export const noMfaBypass = scenario('no-mfa-bypass', {
  claim:
    'Whoever has a second factor gets no tokens by the password alone, whichever way of signing in, Region and phase of a failover.',
  requirements: ['FS-34'],
  needs: {
    faults: ['region-loss', 'failover'],
    functions: [
      'answer-totp',
      'answer-srp',
      'admin-sign-in',
      'sign-in',
      'refresh',
      'associate-totp',
      'verify-totp',
      'prefer-totp',
      'start-srp',
    ],
  },
  async run({ primary, replica, workload, nemesis, clients, clock, timeTravel }) {
    const users = await workload.bystanders(2)
    const [first, second] = await enrolForGood({ workload, timeTravel }, users)
    if (first === undefined || second === undefined) return
    // A replica that has had the time to hear of it is taken to know the factor.
    await clock.sleep(beyondTheLag)
    await tryWithoutFactor({ workload }, second, primary.name)
    await tryWithoutFactor({ workload }, second, replica.name)
    const asked = await workload.attempt(access.signIn(first.user, first.password))
    const session = await workload.attempt(
      factors.answerTotp(first.user, asked.operation, first.association),
    )

    // One after the other, none under way when the Region dies: each has an answer.
    const knock = async (): Promise<void> => {
      for (let count = 0; count < knocks; count += 1) {
        await workload.attempt(access.signIn(second.user, second.password))
      }
    }
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await knock()
    await clients.failover()
    await knock()
    await tryWithoutFactor({ workload }, second, replica.name)
    await workload.attempt(access.refresh(first.user, session.operation))

    await lost.heal()
    await clients.failback()
    await tryWithoutFactor({ workload }, second, primary.name)
  },
})
