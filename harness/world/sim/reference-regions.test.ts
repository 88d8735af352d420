import { expect, test } from 'vitest'
import { millis, seconds } from '../../kernel/time.ts'
import { resolvePlan } from '../../plan/resolve.ts'
import type { ResolvedOperation, RunningRegion, Topology } from '../../target/contract.ts'
import { referenceTarget } from '../../target/reference/target.ts'
import { runTwice } from './determinism.ts'
import type { Sim } from './run-in-sim.ts'
import { simWorld } from './sim-world.ts'

// Goal: the world carries a real identity stack. Method: the reference pair through a cut and a
// crash, twice, with the trace of the second run held against the first.

const plan = resolvePlan(
  { scenarios: ['any'], seed: 3, cryptography: { passwordHashCost: 2 } },
  { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
)

test('the reference pair replicates, loses a link, crashes and comes back, twice the same', async () => {
  const topology = await referenceTarget.topology(plan)
  const { value } = await runTwice({ seed: plan.seed }, (sim) => story(sim, topology))
  expect(value).toEqual([
    'replication passed, clients→primary passed, clients→replica passed',
    'ada: ok, true, true',
    'grace: ok, true, false',
    'grace after the cut: true',
    'restarted: 2, true',
    'barbara: ok, true, true',
  ])
})

async function story(sim: Sim, topology: Topology): Promise<string[]> {
  await using stack = await simWorld({ plan }).start(topology)
  const session = await referenceTarget.prepare(stack, {
    plan,
    random: sim.random,
    digestKey: Buffer.from('digest key'),
    onJwks: () => {},
  })
  const [primary, replica] = stack.regions
  const [replication] = stack.links
  if (!primary || !replica || !replication) throw new Error('the topology is whole')
  let operations = 0
  const perform = async (
    region: RunningRegion,
    fn: 'admin-create-user' | 'read-user',
    user: string,
  ) => {
    operations += 1
    const operation: ResolvedOperation = {
      id: `op${operations}`,
      function: fn,
      user,
      to: region.name,
      purpose: 'workload',
      arguments: {},
      resolved: {},
      reads: [`${user}/existence`],
    }
    const deadline = sim.clock.timeout(seconds(5))
    return session.connect(region).perform(operation, deadline)
  }
  const create = async (user: string): Promise<string> =>
    (await perform(primary, 'admin-create-user', user)).type
  const exists = async (region: RunningRegion, user: string): Promise<boolean> => {
    const { observed = [] } = await perform(region, 'read-user', user)
    return observed.some(({ value }) => value !== null)
  }
  const told = async (user: string): Promise<string> => {
    const created = await create(user)
    await sim.clock.sleep(millis(500))
    return `${user}: ${created}, ${await exists(primary, user)}, ${await exists(replica, user)}`
  }
  const canaries: string[] = []
  for (const link of stack.links) {
    canaries.push(`${link.name} ${(await link.canary(seconds(1))).outcome}`)
  }
  const seen = [canaries.join(', '), await told('ada')]
  const cut = await replication.disturb({ kind: 'cut' })
  seen.push(await told('grace'))
  await cut.lift()
  await sim.clock.sleep(seconds(5))
  seen.push(`grace after the cut: ${await exists(replica, 'grace')}`)
  await primary.lifecycle.crash()
  await sim.clock.sleep(seconds(1))
  await primary.lifecycle.start()
  const { boot } = await primary.control.status()
  seen.push(`restarted: ${boot}, ${await exists(primary, 'grace')}`)
  await sim.clock.sleep(seconds(5))
  seen.push(await told('barbara'))
  return seen
}
