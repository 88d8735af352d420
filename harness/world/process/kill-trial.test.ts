import { expect, test } from 'vitest'
import { keyedRandom } from '../../kernel/random.ts'
import { type KillTrial, killTrial, killVictims } from './testing/kill-trial.ts'

// Goal: whatever is killed, and whenever, nothing outlives the run. Method: real runs of the
// process world, killed at random moments from their first instant on; the full count is for soak.

const trialsPerVictim = 3
const delayMillisMax = 1_200

const trials = (victim: (typeof killVictims)[number]): Promise<readonly KillTrial[]> =>
  Promise.all(
    Array.from({ length: trialsPerVictim }, (_, ordinal) => {
      const draw = keyedRandom(7).at('kill', victim, ordinal)
      const delayMillis = draw.integer(0, delayMillisMax)
      return killTrial({ victim, delayMillis, gapMillis: draw.integer(0, 100) })
    }),
  )

test.for(killVictims.filter((victim) => victim !== 'reaper-then-run'))(
  'a run whose %s is killed leaves nothing within 2 s',
  async (victim) => {
    for (const trial of await trials(victim)) {
      expect(trial).toMatchObject({ outcome: 'clean', left: [] })
    }
  },
)

test('a run that is killed right after its reaper leaves nothing, or recover finds it', async () => {
  for (const trial of await trials('reaper-then-run')) {
    expect(['clean', 'recovered']).toContain(trial.outcome)
    // Children end with their standard input, whoever cleans up the rest.
    expect(trial.left.filter((sentence) => /^(process|port)/.test(sentence))).toEqual([])
    if (trial.outcome === 'recovered') expect(trial.recovered.length).toBeGreaterThan(0)
  }
})

test('a run that nobody watches any more is found by recover, and what it removed is said', async () => {
  const trial = await killTrial({
    victim: 'reaper-then-run',
    from: 'first-output',
    delayMillis: 0,
    gapMillis: 0,
  })
  expect(trial.processes).toBeGreaterThan(3)
  expect(trial.outcome).toBe('recovered')
  expect(trial.recovered).toEqual([
    expect.stringMatching(/^ledger /),
    expect.stringMatching(/^directory /),
  ])
})
