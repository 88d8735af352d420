import { access, scenario } from 'interregnum'

/** Users of whom each Region changes something else. */
const users = 4

export const bothRegionsWriteWhileApart = scenario('both-regions-write-while-apart', {
  claim:
    'What either Region acknowledges while the two are apart is there in both once they have met again: a change of one attribute undoes no change of another.',
  requirements: ['FS-36', 'FS-39'],
  needs: {
    faults: ['cut'],
    functions: ['admin-create-user', 'update-attribute', 'read-user'],
    links: ['replication', 'reverse-replication'],
    replicaWrites: true,
  },
  async run({ primary, replica, links, workload, nemesis }) {
    const names = await workload.bystanders(users)
    await workload.replicated()
    const there = await nemesis.inject('cut', { link: links.replication })
    const back = links.between(primary.name, replica.name)
    const here = await nemesis.inject('cut', { link: back })
    const write = (user: string, attribute: string, to: string) =>
      workload.attempt(access.updateAttribute(user, attribute, { to, purpose: 'workload' }))
    for (const [place, user] of names.entries()) {
      const [first, second] = place % 2 === 0 ? [primary, replica] : [replica, primary]
      await write(user, 'nickname', first.name)
      await write(user, 'website', second.name)
    }
    await here.heal()
    await there.heal()
    await workload.converge()
  },
})
