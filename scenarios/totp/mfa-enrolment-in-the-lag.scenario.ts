import { access, millis, scenario } from 'interregnum'
import { enrol } from './enrolment.ts'

/** Sign-ins after the enrolment, and the pause between two: more than a replica may lag. */
const triesMax = 100
const pause = millis(20)

/** Refused as often, the password alone is refused for good. */
const refusals = 3

export const mfaEnrolmentInTheLag = scenario('mfa-enrolment-in-the-lag', {
  claim:
    'From the acknowledgement of a second factor on, the password alone opens nothing at the primary, and at the replica nothing for longer than the declared lag.',
  requirements: ['FS-07'],
  needs: {
    faults: [],
    functions: ['sign-in', 'prefer-totp', 'use-token', 'associate-totp', 'verify-totp'],
    replicaSignIns: true,
  },
  async run({ primary, replica, workload, clock }) {
    const [user = ''] = await workload.bystanders(1)
    const password = workload.passwordOf(user) ?? ''
    /** The password alone; true if it was refused without a word about a second step. */
    const isRefused = async (to: string): Promise<boolean> => {
      const course = { to, purpose: 'staleness-probe' } as const
      return (await workload.attempt(access.signIn(user, password, course))).type === 'fail'
    }
    await isRefused(replica.name)
    await enrol({ workload }, [user])
    for (let tries = 0, refused = 0; tries < triesMax && refused < refusals; tries += 1) {
      if (await isRefused(replica.name)) refused += 1
      if (tries < refusals) await isRefused(primary.name)
      await clock.sleep(pause)
    }
  },
})
