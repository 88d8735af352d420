import { access, guesses, scenario } from 'interregnum'
import { enrolForGood } from '../totp/enrolment.ts'
import { roundsMax } from './attack.ts'

export const codeGuessesOverBothRegions = scenario('code-guesses-over-both-regions', {
  claim:
    'An attacker who knows the password and spreads wrong codes of the second factor over both Regions is admitted no more of them than one who tries them all in one Region.',
  requirements: ['FS-28'],
  needs: {
    faults: [],
    functions: ['guess-code', 'prefer-totp', 'sign-in', 'associate-totp', 'verify-totp'],
  },
  async run({ primary, replica, workload, timeTravel }) {
    const users = await workload.bystanders(2)
    const [victim, control] = await enrolForGood({ workload, timeTravel }, users)
    if (victim === undefined || control === undefined) return
    const sessions = new Map<string, string>()
    for (const { user, password } of [victim, control]) {
      const asked = await workload.attempt(access.signIn(user, password))
      sessions.set(user, asked.operation)
    }
    const courses = [
      { who: control, to: primary.name, purpose: 'guess-control' },
      { who: victim, to: primary.name, purpose: 'guess' },
      { who: victim, to: replica.name, purpose: 'guess' },
    ] as const
    // The replica takes no codes as documented: it need not lock what it does not look at.
    const open = new Set(courses.filter(({ to }) => to === primary.name))
    for (let round = 0; round < roundsMax && open.size > 0; round += 1) {
      for (const course of courses) {
        const { who, to, purpose } = course
        const session = sessions.get(who.user) ?? ''
        const guess = guesses.guessCode(who.user, session, who.association, { to, purpose })
        if ((await workload.attempt(guess)).meaning === 'locked') open.delete(course)
      }
    }
  },
})
