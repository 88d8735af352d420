import { access, guesses, scenario } from 'interregnum'
import { roundsMax } from './attack.ts'

export const resetCodeGuessesOverBothRegions = scenario('reset-code-guesses-over-both-regions', {
  claim:
    'An attacker who spreads wrong codes for a lost password over both Regions is admitted no more of them than one who tries them all in one Region.',
  requirements: ['FS-28'],
  needs: { faults: [], functions: ['guess-reset-code', 'forgot-password', 'update-attribute'] },
  async run({ primary, replica, workload }) {
    const [victim = '', control = ''] = await workload.bystanders(2)
    for (const user of [victim, control]) {
      await workload.attempt(access.setEmail(user))
      await workload.attempt(access.forgotPassword(user))
    }
    await workload.replicated()
    const courses = [
      { user: control, to: primary.name, purpose: 'guess-control' },
      { user: victim, to: primary.name, purpose: 'guess' },
      { user: victim, to: replica.name, purpose: 'guess' },
    ] as const
    // The replica sets no passwords as documented: it need not lock what it does not look at.
    const open = new Set(courses.filter(({ to }) => to === primary.name))
    for (let round = 0; round < roundsMax && open.size > 0; round += 1) {
      for (const course of courses) {
        const { user, to, purpose } = course
        const guess = guesses.guessResetCode(user, { to, purpose })
        if ((await workload.attempt(guess)).meaning === 'locked') open.delete(course)
      }
    }
  },
})
