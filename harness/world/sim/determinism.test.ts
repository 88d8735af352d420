import { describe, expect, test } from 'vitest'
import { NondeterminismError } from '../../kernel/errors.ts'
import { repeatSeeds, runTwice } from './determinism.ts'
import { runInSim } from './run-in-sim.ts'
import { moduleLevelCounter } from './testing/escapes.ts'
import { failoverStory } from './testing/failover-story.ts'

describe('two runs of one seed', () => {
  test('have the same trace', async () => {
    const outcome = await runTwice({ seed: 5 }, failoverStory)
    expect(outcome.traceDigest).toMatch(/^[0-9a-f]{64}$/)
    expect(outcome.traceEntries).toBeGreaterThan(outcome.events)
  })

  test('with another seed have another', async () => {
    const first = await runInSim({ seed: 5 }, failoverStory)
    const second = await runInSim({ seed: 6 }, failoverStory)
    expect(second.traceDigest).not.toBe(first.traceDigest)
  })

  test('show a module-level counter where it first has an effect', async () => {
    const error = (await runTwice({ seed: 1 }, moduleLevelCounter).catch(
      (e: unknown) => e,
    )) as Error
    expect(error).toBeInstanceOf(NondeterminismError)
    expect(error.message).toContain('first "1/token/session/1", then "1/token/session/2"')
    expect(error.stack).toMatch(/moduleLevelCounter.*escapes\.ts/)
  })

  test('differ also where the second ends early', async () => {
    let rounds = 3
    const run = runTwice({ seed: 1 }, async ({ clock }) => {
      rounds -= 1
      for (let round = 0; round < rounds; round += 1) await clock.sleep(1)
    })
    await expect(run).rejects.toThrow('then "the end of the run"')
  })
})

test('seeds repeat beside a busy loop', async () => {
  const result = await repeatSeeds({
    seeds: Array.from({ length: 15 }, (_, index) => index),
    busyLoops: 1,
    run: async (seed) => {
      const { traceDigest, value } = await runInSim({ seed }, failoverStory)
      return [traceDigest, ...value]
    },
  })
  expect(result).toMatchObject({ seeds: 15, differing: [] })
  expect(new Set(result.answers.map(([digest]) => digest)).size).toBe(15)
})
