import { describe, expect, test } from 'vitest'
import { conductInSim, linesOf, type Story } from '../interpreter/testing/conduct-in-sim.ts'
import { InterruptedError, UsageError } from '../kernel/errors.ts'
import { type Micros, millis, seconds } from '../kernel/time.ts'
import type { ScenarioContext } from '../scenario/context.ts'
import { Pace } from './pace.ts'

// Goal: whatever a run asks of a system together, it asks no faster than the target declares, and
// nothing that had to wait is made up for. Method: scripts over a pair in virtual time; the moments
// at which operations were sent.

/** When they were sent, the oldest first. */
function sentAt(story: Story, purposes: readonly string[]): readonly Micros[] {
  const sent = linesOf(story, 'invoke').filter(({ purpose }) => purposes.includes(purpose))
  return sent.map(({ at }) => at)
}

function narrowest(moments: readonly Micros[]): Micros {
  return Math.min(...moments.slice(1).map((at, index) => at - (moments[index] ?? 0)))
}

const reads = { mix: { 'read-user': 1 }, ratePerSecond: 60 } as const

/** Traffic, a stream and a probe side by side for so long, over users who are there. */
async function threeAtOnce(context: ScenarioContext, duration: Micros): Promise<void> {
  const { workload, clock, primary } = context
  await workload.population(3)
  const running = [
    workload.traffic(reads),
    workload.probe({ ratePerSecond: 60 }),
    workload.stream({
      ratePerSecond: 60,
      operation: () => ({
        ...{ function: 'read-user', user: 'u1', to: primary.name, purpose: 'recovery-probe' },
        ...{ arguments: {}, reads: ['u1/existence'] },
      }),
    }),
  ]
  await clock.sleep(duration)
  for (const one of running) await one.stop()
}

/** Of the arrivals that {@link threeAtOnce} begins; its set-up is `workload` too. */
function arrivals(story: Story): readonly Micros[] {
  const all = linesOf(story, 'invoke')
  const first = all.findIndex(({ purpose }) => purpose === 'probe')
  return all.slice(first).map(({ at }) => at)
}

describe('arrivals', () => {
  test('of traffic, streams and probes together are no closer than the pace', async () => {
    const story = await conductInSim((context) => threeAtOnce(context, seconds(10)), {
      pace: { arrivalsPerSecondMax: 6 },
    })
    const moments = arrivals(story)
    expect(narrowest(moments)).toBeGreaterThanOrEqual(millis(166))
    expect(moments.length).toBeGreaterThanOrEqual(57)
    expect(moments.length).toBeLessThanOrEqual(61)
    // Each of the three has its share.
    for (const purpose of ['probe', 'recovery-probe']) {
      expect(sentAt(story, [purpose]).length).toBeGreaterThanOrEqual(18)
    }
  })

  test('keep their own rates where no pace is declared', async () => {
    const story = await conductInSim((context) => threeAtOnce(context, seconds(2)))
    expect(arrivals(story).length).toBeGreaterThan(300)
  })

  test('that had to wait are not made up for', async () => {
    let alone: Micros = 0
    const story = await conductInSim(
      async ({ workload, clock }) => {
        await workload.population(3)
        const traffic = [workload.traffic(reads), workload.traffic(reads)]
        const probe = workload.probe({ ratePerSecond: 4 })
        await clock.sleep(seconds(10))
        for (const one of traffic) await one.stop()
        alone = clock.monotonic()
        await clock.sleep(seconds(5))
        await probe.stop()
      },
      { pace: { arrivalsPerSecondMax: 5 } },
    )
    const moments = sentAt(story, ['probe'])
    expect(moments.filter((at) => at < alone).length).toBeLessThan(20)
    expect(narrowest(moments.filter((at) => at > alone + seconds(1)))).toBe(millis(250))
  })

  test('are no operations: what a script does itself does not wait for them', async () => {
    const began = { at: 0, after: 0 }
    await conductInSim(
      async ({ workload, clock }) => {
        began.at = clock.monotonic()
        await workload.population(20)
        began.after = clock.monotonic()
      },
      { pace: { arrivalsPerSecondMax: 1 } },
    )
    expect(began.after - began.at).toBeLessThan(seconds(5))
  })
})

describe('operations', () => {
  const pace = { operationsPerSecondMax: 10 }

  test('of set-up, traffic and sweeps are no closer than the pace, and both get turns', async () => {
    const story = await conductInSim(
      async ({ workload, replica }) => {
        await workload.population(4)
        const traffic = workload.traffic({ mix: { 'sign-up': 1, refresh: 1 }, ratePerSecond: 60 })
        await traffic.until({ kind: 'acknowledged', count: 40 })
        await workload.sweep(replica.name, 'settle-read')
        await traffic.stop()
      },
      { pace },
    )
    expect(story.error).toBe(undefined)
    const moments = linesOf(story, 'invoke').map(({ at }) => at)
    expect(narrowest(moments)).toBeGreaterThanOrEqual(millis(100))
    const swept = sentAt(story, ['settle-read'])
    const between = linesOf(story, 'invoke').filter(
      ({ at, purpose }) =>
        purpose === 'workload' && at > (swept[0] ?? 0) && at < (swept.at(-1) ?? 0),
    )
    expect(between.length).toBeGreaterThan(3)
  })

  test('of a pinned run keep it as well', async () => {
    const story = await conductInSim(
      async ({ workload, replica }) => {
        await workload.population(2)
        const traffic = workload.traffic({ ...reads, ratePerSecond: 1_000 })
        await traffic.until({ kind: 'completed', count: 5 })
        const probe = workload.probe({ ratePerSecond: 1_000 })
        await probe.untilHealthy(3, seconds(1))
        await workload.sweep(replica.name, 'settle-read')
      },
      { plan: { pinned: true }, pace },
    )
    expect(story.error).toBe(undefined)
    const moments = linesOf(story, 'invoke').map(({ at }) => at)
    expect(moments.length).toBeGreaterThan(15)
    expect(narrowest(moments)).toBeGreaterThanOrEqual(millis(100))
  })

  test('give sweeps as long to settle as their turns take', async () => {
    const story = await conductInSim(
      async ({ workload }) => {
        await workload.population(12)
        await workload.converge()
      },
      { pace: { operationsPerSecondMax: 2 }, plan: { limits: { settleMillisMax: 2_000 } } },
    )
    const marks = linesOf(story, 'mark').map(({ name }) => name)
    expect(marks).toContain('settled')
  })
})

describe('waits', () => {
  test('follow the pace: what comes once a second may take its minute', async () => {
    const story = await conductInSim(
      async ({ workload, clock }) => {
        await workload.population(3)
        const traffic = workload.traffic(reads)
        await traffic.until({ kind: 'acknowledged', count: 50 })
        await traffic.stop()
        const probe = workload.probe({ ratePerSecond: 10 })
        const began = clock.monotonic()
        expect(await probe.untilHealthy(12, seconds(3))).toBe(true)
        expect(clock.monotonic() - began).toBeGreaterThan(seconds(10))
      },
      { pace: { arrivalsPerSecondMax: 1 } },
    )
    expect(story.error).toBe(undefined)
  })

  test('end at once when traffic is stopped', async () => {
    let took: Micros = 0
    await conductInSim(
      async ({ workload, clock }) => {
        await workload.population(1)
        const running = [workload.traffic(reads), workload.probe({ ratePerSecond: 60 })]
        await clock.sleep(seconds(1))
        const began = clock.monotonic()
        for (const one of running) await one.stop()
        took = clock.monotonic() - began
      },
      { pace: { arrivalsPerSecondMax: 0.1 } },
    )
    expect(took).toBeLessThan(millis(50))
  })

  test('end at once when the run is interrupted', async () => {
    let lastAt: Micros = 0
    const story = await conductInSim(({ workload }) => workload.population(50).then(() => {}), {
      pace: { operationsPerSecondMax: 0.1 },
      around: ({ clock }, controller) => {
        void clock.sleep(seconds(25)).then(() => {
          lastAt = clock.monotonic()
          controller.abort(new InterruptedError('enough'))
        })
      },
    })
    expect(story.reason).toBe('interrupted')
    expect(linesOf(story, 'invoke')).toHaveLength(3)
    expect((story.lines.at(-1)?.at ?? 0) - lastAt).toBeLessThan(millis(50))
  })
})

test('a rate that is none is refused', () => {
  const clock = { monotonic: () => 0, sleep: async () => {}, timeout: () => AbortSignal.abort() }
  for (const rate of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => new Pace({ operationsPerSecondMax: rate }, clock)).toThrow(UsageError)
  }
})
