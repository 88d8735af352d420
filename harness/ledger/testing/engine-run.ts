import { once } from 'node:events'
import { invariant } from '../../kernel/invariant.ts'
import { labelsOf } from '../engine-objects.ts'
import { openRun } from '../run-guard.ts'
import {
  create,
  emptyImage,
  engineForTests,
  sleepingContainer,
  startContainer,
} from './engine-fixture.ts'

/*
 * A run to be killed by tests: it opens a run, lists and makes an image, a network, a volume, a
 * container that runs, one that is paused and one that was never started, says so on standard
 * output and closes when its standard input ends. With the argument `restless` it then goes on to
 * make containers until it is killed.
 */

const found = await engineForTests()
invariant(found !== undefined, 'the test looks for an engine first')
const engine: string = found
const guard = await openRun()
const labels = labelsOf(guard.environment)
const nameOf = (what: string): string => `interregnum-${guard.runId}-${what}`

async function listed<T extends string>(
  kind: 'container' | 'network' | 'volume' | 'image',
  what: string,
  make: (name: string) => Promise<T>,
): Promise<T> {
  const name = nameOf(what)
  const entry = await guard.ledger.intend(kind, `the ${what}`, { engine, name })
  const id = await make(name)
  await guard.ledger.confirm(entry, { id })
  return id
}

const image = await listed('image', 'image', () => emptyImage(engine, labels))
const network = await listed('network', 'network', (name) =>
  create(engine, '/networks/create', { Name: name, Labels: labels, Internal: true }),
)
const volume = await listed('volume', 'volume', (name) =>
  create(engine, '/volumes/create', { Name: name, Labels: labels }),
)
const container = (what: string): Promise<string> =>
  listed('container', what, (name) =>
    sleepingContainer(engine, { image, name, labels, network, volume }),
  )
const running = await container('running')
const paused = await container('paused')
await container('created')
await startContainer(engine, running)
await startContainer(engine, paused)
await create(engine, `/containers/${paused}/pause`, {}).catch(() => {})
console.log(JSON.stringify({ runId: guard.runId }))
if (process.argv[2] === 'restless') {
  for (let ordinal = 0; ordinal < 1_000; ordinal += 1) await container(`more-${ordinal}`)
}
process.stdin.resume()
await once(process.stdin, 'end')
console.log(JSON.stringify(await guard.close()))
process.exit(0)
