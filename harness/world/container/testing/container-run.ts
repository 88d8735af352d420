import { systemClock } from '../../../kernel/clock.ts'
import { millis } from '../../../kernel/time.ts'
import { openRun } from '../../../ledger/run-guard.ts'
import { resolvePlan } from '../../../plan/resolve.ts'
import { referenceTarget } from '../../../target/reference/target.ts'
import { containerWorld } from '../container-world.ts'
import { imagesFor } from '../images.ts'
import { prepareContainers } from '../prepare-containers.ts'

/*
 * A run of the container world to be killed: it says `up` as soon as something is in the engine,
 * then crashes and starts a Region over and over, for at most `runMillisMax`.
 */

const runMillisMax = 60_000

const clock = systemClock()
const plan = resolvePlan(
  { scenarios: ['any'], world: 'container', cryptography: { passwordHashCost: 2 } },
  { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
)
const guard = await openRun()
try {
  await prepareContainers(guard.ledger, imagesFor(plan.storage))
  const intend: typeof guard.ledger.intend = async (kind, owner, detail) => {
    const entry = await guard.ledger.intend(kind, owner, detail)
    if (kind === 'container') console.log('up')
    return entry
  }
  const ledger = { ...guard.ledger, intend }
  await using stack = await containerWorld({ plan, ledger, clock }).start(
    await referenceTarget.topology(plan),
  )
  const [primary] = stack.regions
  while (clock.monotonic() < millis(runMillisMax)) {
    await primary?.lifecycle.crash()
    await primary?.lifecycle.start()
  }
} finally {
  if ((await guard.close()).length > 0) process.exitCode = 3
}
process.exit()
