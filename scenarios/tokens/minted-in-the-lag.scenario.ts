import { scenario } from 'interregnum'

/** Longer than the lag that a system may declare for what was not held back. */
const beyondTheLag = 1_200_000

export const mintedInTheLag = scenario('minted-in-the-lag', {
  claim:
    'A token that a primary minted just before it was lost is accepted by the replica until it expires, although the replica never heard of the sign-in.',
  requirements: ['FS-37'],
  needs: {
    faults: ['hold', 'region-loss', 'failover'],
    links: ['replication'],
    functions: ['sign-in', 'use-token'],
  },
  async run({ primary, replica, links, workload, nemesis, clients, clock, signal }) {
    const users = await workload.bystanders(3)
    const before = await workload.signIn(users)
    await workload.replicated()
    await workload.presentTokens(before, replica.name)
    const held = await nemesis.inject('hold', { link: links.replication })
    const minted = await workload.signIn(users)
    await workload.presentTokens(minted, primary.name)

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    await clock.sleep(beyondTheLag, signal)
    await workload.presentTokens(before, replica.name)
    await workload.presentTokens(minted, replica.name)

    await lost.heal()
    await held.heal()
    await clients.failback()
    await workload.presentTokens(minted, primary.name)
  },
})
