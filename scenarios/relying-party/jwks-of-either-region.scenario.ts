import { scenario, seconds } from 'interregnum'
import { admittedInRow, cooldown, visit } from '../visitors.ts'

/** Longer than a valid token may be rejected: where a key never comes, that must be certain. */
const patience = seconds(33)

export const jwksOfEitherRegion = scenario('jwks-of-either-region', {
  claim:
    'When the signing keys rotate, an application that gets its keys from the replica admits what the primary signs as soon as it asks for an unknown key.',
  requirements: ['FS-12'],
  needs: {
    faults: ['signing-key-rotation'],
    functions: ['visit', 'sign-in'],
    // Only the host of an updated issuer is served in both Regions.
    switches: { issuerMode: 'UPDATED' },
    relyingParties: [
      {
        name: 'far-shop',
        kind: 'jose',
        settings: { cooldownSeconds: 1, issuers: 'both', regions: ['us-west-2'] },
      },
    ],
  },
  async run({ primary, workload, nemesis, clock, signal }) {
    const users = await workload.bystanders(2)
    const [before] = await workload.signIn(users.slice(0, 1))
    if (before === undefined) return
    await workload.attempt(visit(before, 'far-shop', 'token-probe'))
    await clock.sleep(cooldown, signal)
    await nemesis.inject('signing-key-rotation', { region: primary.name })
    const [rotated = before] = await workload.signIn(users.slice(1, 2))
    const visitors = workload.stream({
      ratePerSecond: 10,
      operation: (ordinal) =>
        visit(ordinal % 2 === 0 ? rotated : before, 'far-shop', 'token-probe'),
    })
    await visitors.untilOk(admittedInRow, patience)
    await visitors.stop()
  },
})
