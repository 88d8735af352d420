import { systemClock } from '../../../kernel/clock.ts'
import { millis } from '../../../kernel/time.ts'
import { openRun } from '../../../ledger/run-guard.ts'
import { defaults } from '../../../plan/defaults.ts'
import { processWorld } from '../process-world.ts'
import { toyTopology } from './toy-topology.ts'

/*
 * A run of the process world to be killed: it starts two toy Regions, then crashes and starts one
 * and cuts and heals the link between them, over and over, for at most `toyRunMillisMax`. It prints
 * `up` once, ends in order at SIGINT, and exits with 3 if it left something behind.
 */

const toyRunMillisMax = 30_000

const clock = systemClock()
const guard = await openRun()
let interrupted = false
process.on('SIGINT', () => {
  interrupted = true
})
try {
  const world = processWorld({
    plan: { seed: 1, limits: defaults.limits },
    ledger: guard.ledger,
    clock,
  })
  await using stack = await world.start(toyTopology())
  console.log('up')
  const [primary] = stack.regions
  const [, , replication] = stack.links
  while (!interrupted && clock.monotonic() < millis(toyRunMillisMax)) {
    const cut = await replication?.disturb({ kind: 'cut' })
    await primary?.lifecycle.crash()
    await clock.sleep(millis(20))
    await primary?.lifecycle.start()
    await cut?.lift()
    await clock.sleep(millis(20))
  }
} finally {
  const left = await guard.close()
  for (const sentence of left) console.error(sentence)
  if (left.length > 0) process.exitCode = 3
}
process.exit()
