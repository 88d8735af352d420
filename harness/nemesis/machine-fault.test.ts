import { expect, test } from 'vitest'
import type { RegionMachine, RunningStack } from '../target/contract.ts'
import { onReferencePair, type PairOptions } from './testing/on-reference-pair.ts'

// Goal: what is done below the links and has no effect is told so. Method: a machine that takes
// every order, does nothing and tells which bounds it has.

const lifted = { lift: async () => {} }

/** Options of a pair whose Regions run on such machines. */
function on(limits: RegionMachine['limits']): PairOptions {
  const machine: RegionMachine = {
    disconnect: async () => lifted,
    drop: async () => lifted,
    limit: async () => lifted,
    limits,
  }
  const disguise = (stack: RunningStack): RunningStack => ({
    ...stack,
    regions: stack.regions.map(({ name, role, http, direct, lifecycle, control }) => ({
      ...{ name, role, http, direct, lifecycle, control, machine },
    })),
  })
  return { disguise, nemesis: { world: 'container' } }
}

const unbounded = on(async () => ({}))

test('a Region that is heard all the same is not verified as disconnected', async () => {
  await onReferencePair(async ({ nemesis, primary: { name: region }, steps }) => {
    await nemesis.inject('network-disconnect', { region })
    expect(steps.at(-1)).toMatch(/^network-disconnect not-verified: .*clients→primary: passed/)
    await nemesis.inject('network-one-way-drop', { region, direction: 'into' })
    expect(steps.at(-1)).toMatch(/^network-one-way-drop not-verified: .*replication: passed/)
  }, unbounded)
})

test('a bound that does not show is not verified', async () => {
  await onReferencePair(async ({ nemesis, primary: { name: region }, steps }) => {
    await nemesis.inject('memory-limit', { region, megabytes: 64 })
    expect(steps.at(-1)).toBe(`memory-limit not-verified: memory of ${region}: no bound`)
    await nemesis.inject('cpu-limit', { region, share: 0.5 })
    expect(steps.at(-1)).toBe(`cpu-limit not-verified: cpu of ${region}: no bound`)
  }, unbounded)
})

test('a bound that stays is not verified as healed; one that was there before is', async () => {
  const shown = [
    {},
    { megabytes: 64 },
    { megabytes: 64 },
    { share: 2 },
    { share: 0.5 },
    { share: 2 },
  ]
  const told = on(async () => shown.shift() ?? {})
  await onReferencePair(async ({ nemesis, primary: { name: region }, steps }) => {
    const memory = await nemesis.inject('memory-limit', { region, megabytes: 64 })
    await memory.heal()
    expect(steps.at(-1)).toBe(`memory-limit heal-not-verified: memory of ${region}: at most 64 MB`)
    const time = await nemesis.inject('cpu-limit', { region, share: 0.5 })
    await time.heal()
    expect(steps.at(-1)).toBe(`cpu-limit heal-verified: cpu of ${region}: at most 2 processors`)
  }, told)
})

test('a world that does not reach below the links says so', async () => {
  await onReferencePair(
    async ({ nemesis, primary: { name: region } }) => {
      const refusal = `this world does not reach below the links of ${region}`
      await expect(nemesis.inject('network-disconnect', { region })).rejects.toThrow(refusal)
    },
    { nemesis: { world: 'container' } },
  )
})
