import { expect, test } from 'vitest'
import { builtModule } from '../../kernel/paths.ts'
import { keyedRandom } from '../../kernel/random.ts'
import { need } from '../../kernel/testing/need.ts'
import { noLedger } from '../../ledger/ledger.ts'
import { engineForTests } from '../../ledger/testing/engine-fixture.ts'
import { killTrial } from '../process/testing/kill-trial.ts'
import { imagesFor } from './images.ts'
import { prepareContainers } from './prepare-containers.ts'
import { leftInEngine } from './testing/left-in-engine.ts'

// Goal: nothing in the engine outlives a run that is killed. Method: a real run of the container
// world, killed at random moments; 30 of them, held to 10 s, are a line of the soak.

const trials = 2
const delayMillisMax = 8_000

/** An engine that has much to do takes longer, and a test asserts no time of the machine's. */
const cleanMillisMax = 60_000

test('a run that is killed with its containers leaves none of them', async (context) => {
  const engine = need(context, 'docker', await engineForTests())
  await prepareContainers(noLedger(), imagesFor('memory'))
  for (let ordinal = 0; ordinal < trials; ordinal += 1) {
    const delayMillis = keyedRandom(7).at('kill', 'container', ordinal).integer(0, delayMillisMax)
    const trial = await killTrial({
      ...{ victim: 'run', delayMillis, cleanMillisMax },
      from: 'first-output',
      command: [process.execPath, builtModule('harness/world/container/testing/container-run.ts')],
      elsewhere: (state) => leftInEngine(engine, state),
    })
    expect(trial).toMatchObject({ outcome: 'clean', left: [] })
    expect(trial.elsewhere).toBeGreaterThan(0)
  }
})
