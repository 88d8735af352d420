import { scenario } from 'interregnum'
import { patience } from '../populations.ts'
import { admittedInRow, cooldown, visit } from '../visitors.ts'

export const jwksCacheAtRelyingParty = scenario('jwks-cache-at-relying-party', {
  claim:
    'When the signing keys rotate and the primary Region is lost, applications that keep keys reject no valid token for longer than they wait before they ask for an unknown key.',
  requirements: ['FS-12'],
  needs: {
    faults: ['signing-key-rotation', 'region-loss', 'failover'],
    functions: ['visit', 'sign-in'],
    relyingParties: [
      // jose waits 30 s by default before it asks again; here everything waits a thirtieth of it.
      { name: 'shop', kind: 'jose', settings: { cooldownSeconds: 1 } },
      { name: 'bank', kind: 'aws-jwt-verify', settings: { cooldownSeconds: 1 } },
    ],
  },
  async run({ primary, relyingParties, workload, nemesis, clients, clock, signal }) {
    const users = await workload.bystanders(3)
    const [before] = await workload.signIn(users.slice(0, 1))
    if (before === undefined) return
    for (const { name } of relyingParties) {
      await workload.attempt(visit(before, name, 'token-probe'))
    }

    await clock.sleep(cooldown, signal)

    await nemesis.inject('signing-key-rotation', { region: primary.name })
    const [rotated = before] = await workload.signIn(users.slice(1, 2))
    const visitors = relyingParties.map(({ name }) =>
      workload.stream({
        ratePerSecond: 10,
        operation: (ordinal) => visit(ordinal % 2 === 0 ? rotated : before, name, 'token-probe'),
      }),
    )
    for (const stream of visitors) await stream.untilOk(admittedInRow, patience)
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    const [after = before] = await workload.signIn(users.slice(2, 3))
    for (const { name } of relyingParties) {
      await workload.attempt(visit(after, name, 'token-probe'))
    }
    for (const stream of visitors) await stream.untilOk(admittedInRow, patience)
    await Promise.all(visitors.map((stream) => stream.stop()))

    await lost.heal()
    await clients.failback()
  },
})
