import { expect, test } from 'vitest'
import { conductInSim, linesOf, type Story } from '../interpreter/testing/conduct-in-sim.ts'
import { type Micros, millis, seconds } from '../kernel/time.ts'
import type { ScenarioContext } from '../scenario/context.ts'

function probesOf(story: Story) {
  return linesOf(story, 'invoke').filter((line) => line.purpose === 'probe')
}

test('probes arrive at their rate, whether anybody answers or not', async () => {
  const story = await conductInSim(async ({ workload, nemesis, links, clock }) => {
    await workload.population(6)
    await nemesis.inject('black-hole', { link: links.clientsToPrimary })
    const probe = workload.probe({ ratePerSecond: 20 })
    await clock.sleep(seconds(3))
    await probe.stop()
  })
  const at = probesOf(story).map((line) => line.at)
  expect(at).toHaveLength(60)
  const gaps = at.slice(1).map((moment, index) => moment - (at[index] ?? 0))
  expect(new Set(gaps)).toEqual(new Set([millis(50)]))
  const processes = new Set(probesOf(story).map((line) => line.process))
  expect(processes.size).toBe(60)
})

test('probes touch users of their own and write nothing', async () => {
  const story = await conductInSim(async ({ workload, clock }) => {
    await workload.population(6)
    const probe = workload.probe({ ratePerSecond: 50 })
    const traffic = workload.traffic({
      mix: { 'set-password': 1, 'sign-in': 1 },
      ratePerSecond: 50,
    })
    await clock.sleep(seconds(3))
    await traffic.stop()
    await probe.stop()
  })
  const own = new Set(['probe-1', 'probe-2', 'probe-3'])
  expect(new Set(probesOf(story).map((line) => line.user))).toEqual(own)
  expect(probesOf(story).filter((line) => line.writes ?? line.reads)).toEqual([])
  const others = linesOf(story, 'invoke').filter(
    (line) => own.has(line.user) && line.purpose !== 'probe',
  )
  expect(new Set(others.map((line) => line.function))).toEqual(
    new Set(['sign-up', 'confirm-sign-up']),
  )
})

async function health(
  script: (context: ScenarioContext, mend: () => Promise<void>) => Promise<boolean>,
  pinned = false,
): Promise<{ readonly healthy: boolean | undefined; readonly story: Story }> {
  let healthy: boolean | undefined
  const story = await conductInSim(
    async (context) => {
      await context.workload.population(6)
      const fault = await context.nemesis.inject('cut', { link: context.links.clientsToPrimary })
      healthy = await script(context, () => fault.heal())
    },
    { plan: { pinned } },
  )
  return { healthy, story }
}

test('healthy is a run of successes: one failure in between begins it anew', async () => {
  let took: Micros = 0
  const { healthy } = await health(async ({ workload, nemesis, links, clock }, mend) => {
    const probe = workload.probe({ ratePerSecond: 20 })
    await mend()
    const waiting = probe.untilHealthy(20, seconds(10))
    await clock.sleep(millis(700))
    const again = await nemesis.inject('cut', { link: links.clientsToPrimary })
    await clock.sleep(millis(120))
    await again.heal()
    const began = clock.monotonic()
    const result = await waiting
    took = clock.monotonic() - began
    return result
  })
  expect(healthy).toBe(true)
  // Twenty successes are 950 ms; six were left before the second cut.
  expect(took).toBeGreaterThan(millis(900))
})

test('what does not become healthy in time is not', async () => {
  const { healthy, story } = await health(({ workload }) =>
    workload.probe({ ratePerSecond: 20 }).untilHealthy(20, seconds(2)),
  )
  expect(healthy).toBe(false)
  expect(story.reason).toBe('complete')
})

test.for([
  { mended: true, healthy: true, attempts: 20 },
  { mended: false, healthy: false, attempts: 60 },
])('pinned: attempts one after the other, $attempts of them', async (expected) => {
  const { healthy, story } = await health(async ({ workload }, mend) => {
    if (expected.mended) await mend()
    return workload.probe({ ratePerSecond: 20 }).untilHealthy(20, seconds(2))
  }, true)
  expect(healthy).toBe(expected.healthy)
  expect(probesOf(story)).toHaveLength(expected.attempts)
  expect(new Set(probesOf(story).map((line) => line.process)).size).toBe(1)
})
