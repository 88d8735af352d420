import { scenario } from 'interregnum'
import { attackUntilLocked } from './attack.ts'

export const guessBudgetOfAnIsolatedReplica = scenario('guess-budget-of-an-isolated-replica', {
  claim:
    'While the replica hears nothing of the primary, an attacker is admitted no more wrong passwords there than one who tries them all at the primary.',
  requirements: ['FS-28'],
  needs: { faults: ['cut'], links: ['replication'], functions: ['guess-password'] },
  async run({ primary, replica, links, workload, nemesis, clock }) {
    const [victim = '', control = ''] = await workload.bystanders(2)
    const cut = await nemesis.inject('cut', { link: links.replication })
    await attackUntilLocked({ workload, clock }, [
      { user: control, region: primary.name, purpose: 'guess-control' },
      { user: victim, region: replica.name, purpose: 'guess' },
    ])
    await cut.heal()
  },
})
