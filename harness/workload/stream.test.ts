import { expect, test } from 'vitest'
import { conductInSim, linesOf } from '../interpreter/testing/conduct-in-sim.ts'
import { millis, seconds } from '../kernel/time.ts'
import type { ScenarioContext, Stream, StreamOptions } from '../scenario/context.ts'

// Goal: arrivals keep their pace whatever is answered, and each repetition is an operation.
// Method: streams of sign-ins over a pair in virtual time; the lines are counted.

function signIns(
  workload: ScenarioContext['workload'],
  options: Partial<StreamOptions> = {},
): Stream {
  return workload.stream({
    ratePerSecond: 20,
    operation: () => ({
      function: 'sign-in',
      user: 'u1',
      to: 'route',
      purpose: 'recovery-probe',
      population: 'sdk',
      arguments: { password: workload.passwordOf('u1') ?? '' },
    }),
    ...options,
  })
}

test('arrivals do not wait for answers that never come', async () => {
  const story = await conductInSim(async ({ workload, nemesis, links, clock }) => {
    await workload.population(1)
    await nemesis.inject('black-hole', { link: links.clientsToPrimary })
    const stream = signIns(workload)
    await clock.sleep(seconds(1))
    await stream.stop()
  })
  const sent = linesOf(story, 'invoke').filter(({ purpose }) => purpose === 'recovery-probe')
  expect(sent).toHaveLength(20)
  expect(new Set(sent.map(({ population }) => population))).toEqual(new Set(['sdk']))
})

test('a retry policy repeats what failed, and each repetition names the first attempt', async () => {
  const ends: string[] = []
  const story = await conductInSim(async ({ workload, nemesis, links, clock }) => {
    await workload.population(1)
    await nemesis.inject('cut', { link: links.clientsToPrimary })
    const stream = signIns(workload, {
      ratePerSecond: 1,
      retry: { attemptsMax: 3, backoffMillis: 10 },
      answered: ({ type }) => ends.push(type),
    })
    await clock.sleep(millis(500))
    await stream.stop()
  })
  const sent = linesOf(story, 'invoke').filter(({ purpose }) => purpose === 'recovery-probe')
  const [first, ...others] = sent
  expect(others.map(({ retryOf }) => retryOf)).toEqual([first?.operation, first?.operation])
  expect(ends).toHaveLength(1)
  expect(ends).not.toContain('ok')
})

test('it tells when arrivals succeed again, and when they are refused', async () => {
  const told: boolean[] = []
  await conductInSim(async ({ workload, nemesis, links }) => {
    await workload.population(1)
    const stream = signIns(workload)
    told.push(await stream.untilOk(5, seconds(5)))
    const cut = await nemesis.inject('cut', { link: links.clientsToPrimary })
    told.push(await stream.untilOk(5, millis(600)))
    await cut.heal()
    told.push(await stream.untilOk(5, seconds(5)))
    await workload.perform({
      ...{ function: 'disable-user', user: 'u1', to: 'route', purpose: 'workload' },
      ...{ arguments: {}, writes: [{ register: 'u1/enabled', value: 'disabled' }] },
    })
    told.push(await stream.untilRefused(3, seconds(5)))
    await stream.stop()
  })
  expect(told).toEqual([true, false, true, true])
})

test('a rate that is none ends the script with the name of the field', async () => {
  const story = await conductInSim(async ({ workload }) => {
    await workload.population(1)
    signIns(workload, { ratePerSecond: Number.NaN })
  })
  expect(story.reason).toBe('error')
  expect(String(story.error)).toContain('ratePerSecond is NaN')
})
