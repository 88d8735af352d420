import { openRun } from '../../../ledger/run-guard.ts'
import { resolvePlan } from '../../../plan/resolve.ts'
import { remoteTopology } from '../../../target/remote-topology.ts'
import { remoteWorld } from '../remote-world.ts'

/*
 * A run to be killed: `node remote-run.js <plan.topology as JSON>`. It takes the primary from
 * everybody by its hook, says `in force`, and waits.
 */

const topology = JSON.parse(process.argv[2] ?? '') as NonNullable<
  Parameters<typeof resolvePlan>[0]['topology']
>
const plan = resolvePlan(
  { scenarios: ['any'], world: 'remote', topology },
  { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
)
const guard = await openRun()
const stack = await remoteWorld({ plan, ledger: guard.ledger }).start(remoteTopology(plan))
const primary = stack.regions.find(({ role }) => role === 'primary')
process.stdout.write('began\n')
await primary?.loss?.begin()
process.stdout.write('in force\n')
setInterval(() => {}, 1_000)
