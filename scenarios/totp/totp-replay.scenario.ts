import { access, factors, scenario } from 'interregnum'
import { enrolForGood } from './enrolment.ts'

export const totpReplay = scenario('totp-replay', {
  claim:
    'A code of a software token that was used once is refused whenever it is shown again: in the same Region, in the other one after a failover, and in the first one after the way back.',
  requirements: ['FS-35'],
  needs: {
    faults: ['region-loss', 'failover'],
    functions: [
      'answer-totp',
      'replay-totp',
      'sign-in',
      'associate-totp',
      'verify-totp',
      'prefer-totp',
    ],
  },
  async run({ primary, replica, workload, nemesis, clients, timeTravel }) {
    const enrolled = await enrolForGood({ workload, timeTravel }, await workload.bystanders(2))
    for (const { user, password, association } of enrolled) {
      const signIn = (): ReturnType<typeof workload.attempt> =>
        workload.attempt(access.signIn(user, password))
      const used = await workload.attempt(
        factors.answerTotp(user, (await signIn()).operation, association),
      )
      const replay = async (session: string, to: string): Promise<void> => {
        const course = { to, purpose: 'workload' } as const
        await workload.attempt(factors.replayTotp(user, session, used.operation, course))
      }
      const { operation: open } = await signIn()
      await replay(open, primary.name)
      await replay(open, replica.name)

      const lost = await nemesis.inject('region-loss', { region: primary.name })
      await clients.failover()
      await signIn()
      await replay(open, replica.name)
      await lost.heal()
      await clients.failback()
      await replay((await signIn()).operation, primary.name)
    }
  },
})
