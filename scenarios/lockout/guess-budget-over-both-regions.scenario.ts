import { scenario } from 'interregnum'
import { attackUntilLocked } from './attack.ts'

export const guessBudgetOverBothRegions = scenario('guess-budget-over-both-regions', {
  claim:
    'An attacker who spreads wrong passwords over both Regions is admitted no more guesses than one who tries them all in one Region.',
  requirements: ['FS-28'],
  needs: { faults: [], functions: ['guess-password'] },
  expected: { verdict: 'fail', rule: 'FS-28' },
  async run({ primary, replica, workload, clock }) {
    const [victim = '', control = ''] = await workload.bystanders(2)
    await attackUntilLocked({ workload, clock }, [
      { user: control, region: primary.name, purpose: 'guess-control' },
      { user: victim, region: primary.name, purpose: 'guess' },
      { user: victim, region: replica.name, purpose: 'guess' },
    ])
  },
})
