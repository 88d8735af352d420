import { systemClock } from '../../../../kernel/clock.ts'
import { millis } from '../../../../kernel/time.ts'
import { openRun } from '../../../../ledger/run-guard.ts'
import { resolvePlan } from '../../../../plan/resolve.ts'
import { referenceTarget } from '../../../../target/reference/target.ts'
import { attachProject } from '../attached-project.ts'
import { attachedWorld } from '../attached-world.ts'

/*
 * A run to be killed while all of a compose project is disturbed: its links, and its Regions from
 * without and within. `attached-run.js <project>` says `disturbed` then, and waits.
 */

const waitMillisMax = 120_000

const [project = ''] = process.argv.slice(2)
const clock = systemClock()
const plan = resolvePlan(
  { scenarios: ['any'], world: 'container', storage: 'postgres', attach: project },
  { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
)
const guard = await openRun()
const attached = await attachProject(guard.ledger, project, plan.proxy)
const stack = await attachedWorld({ plan, attached, clock }).start(
  await referenceTarget.topology(plan),
)
const [primary, replica] = stack.regions
for (const link of stack.links) await link.disturb({ kind: 'cut' })
await replica?.control.command('health', { status: 'down' })
await replica?.lifecycle.pause()
await primary?.lifecycle.crash()
console.log('disturbed')
await clock.sleep(millis(waitMillisMax))
process.exit()
