import { ownId, scenario } from 'interregnum'
import { patience } from '../populations.ts'

export const clientSecretRotation = scenario('client-secret-rotation', {
  claim:
    'When a machine client gets a second secret and the first is deleted at the primary Region, the first stops working in both Regions within the declared lag, and at every moment some secret works in each.',
  requirements: ['FS-03'],
  needs: { faults: [], functions: ['machine-sign-in', 'add-secret', 'delete-secret'] },
  async run({ primary, replica, workload }) {
    const machine = { user: 'machine', arguments: {} } as const
    const signIn = (to: string, secret: string, purpose: 'workload' | 'staleness-probe') =>
      ({ ...machine, function: 'machine-sign-in', to, purpose, arguments: { secret } }) as const
    const everywhere = async (secret: string): Promise<void> => {
      for (const { name } of [primary, replica]) {
        await workload.attempt(signIn(name, secret, 'workload'))
      }
    }
    await workload.bystanders(1)
    await everywhere('first')
    const added = await workload.attempt({
      ...machine,
      function: 'add-secret',
      to: primary.name,
      purpose: 'workload',
      writes: [{ register: `machine/secret:${ownId}`, value: ownId }],
    })
    const second = added.operation
    await workload.replicated()
    // One after the other and once more: no moment between the two goes unseen.
    for (const secret of ['first', second, 'first']) await everywhere(secret)

    await workload.attempt({
      ...machine,
      function: 'delete-secret',
      to: primary.name,
      purpose: 'workload',
      arguments: { secret: 'first' },
      writes: [{ register: 'machine/secret:first', value: 'deleted' }],
    })
    const former = [primary, replica].map(({ name }) =>
      workload.stream({
        ratePerSecond: 20,
        operation: () => signIn(name, 'first', 'staleness-probe'),
      }),
    )
    await everywhere(second)
    for (const stream of former) await stream.untilRefused(3, patience)
    await Promise.all(former.map((stream) => stream.stop()))
    await everywhere(second)
  },
})
