import { factors, millis, scenario, seconds } from 'interregnum'
import { enrolForGood } from './enrolment.ts'

/** Times that the device tries, and the pause between two of them: more than a replica may lag. */
const triesMax = 40
const pause = millis(100)

/** The declared lag and some: what the replica refuses from then on, it did know. */
const arrival = seconds(1.1)

export const forgottenDevice = scenario('forgotten-device', {
  claim:
    'A device that was remembered stands in for the second factor in both Regions, and once it is forgotten it opens nothing at the primary, and at the replica nothing for longer than the declared lag.',
  requirements: ['FS-08'],
  needs: {
    faults: [],
    functions: [
      'confirm-device',
      'answer-device',
      'forget-device',
      'sign-in',
      'start-device',
      'associate-totp',
      'verify-totp',
      'prefer-totp',
    ],
  },
  async run({ primary, replica, workload, timeTravel, clock }) {
    const users = await workload.bystanders(1)
    const [enrolled] = await enrolForGood({ workload, timeTravel }, users)
    if (enrolled === undefined) return
    const { user, password, session } = enrolled
    const { operation: device } = await workload.attempt(factors.confirmDevice(user, session))
    await workload.replicated()
    /** A whole sign-in by the device; true if it opened something. */
    const signIn = async (to: string): Promise<boolean> => {
      const course = { to, purpose: 'staleness-probe' } as const
      const named = await workload.attempt(factors.signInWithDevice(user, password, device, course))
      if (named.type !== 'ok') return false
      const started = await workload.attempt(
        factors.startDevice(user, named.operation, device, course),
      )
      const proved = await workload.attempt(
        factors.answerDevice(user, started.operation, device, course),
      )
      return proved.type === 'ok'
    }
    await signIn(primary.name)
    await signIn(replica.name)
    await clock.sleep(arrival)

    await workload.attempt(factors.forgetDevice(user, device))
    await signIn(primary.name)
    for (let tries = 0; tries < triesMax && (await signIn(replica.name)); tries += 1) {
      await clock.sleep(pause)
    }
    // Refused once, it stays refused.
    await signIn(replica.name)
    await signIn(primary.name)
  },
})
