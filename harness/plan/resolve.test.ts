import { expect, test } from 'vitest'
import type { UsageError } from '../kernel/errors.ts'
import { parsePlan, resolvePlan } from './resolve.ts'

const registries = {
  tool: '0.1.0',
  targets: ['reference'],
  scenarios: ['region-loss', 'black-hole'],
  mutants: ['wrong-key-id'],
}

test('a plan is frozen through and through and survives its own file', () => {
  const plan = resolvePlan({ scenarios: ['region-loss'] }, registries)
  expect(Object.isFrozen(plan.limits)).toBe(true)
  expect(parsePlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan)
  expect(plan.cryptography).toEqual({ signing: 'RS256', passwordHashCost: 16_384 })
})

test('an unknown name is answered with the names that exist and the nearest of them', () => {
  expect(() => resolvePlan({ scenarios: ['region-los'] }, registries)).toThrow(
    'scenario "region-los" is unknown; expected one of: region-loss, black-hole',
  )
  try {
    resolvePlan({ scenarios: ['region-los'] }, registries)
  } catch (error) {
    expect(error).toMatchObject({ exitCode: 64, hint: 'did you mean "region-loss"?' })
  }
})

const minimalTopology = {
  regions: {
    east: { role: 'primary', url: 'http://127.0.0.1:1' },
    west: { role: 'replica', url: 'http://127.0.0.1:2' },
  },
  links: {},
  hooks: {},
  consent: [],
} as const

test('a switch that the target lacks, or a choice that it does not have, is named', () => {
  const switches = { lockoutScope: ['regional', 'mirrored'] }
  const withSwitches = { ...registries, switches: { reference: switches } }
  const planWith = (given: Record<string, string>, names: typeof registries = withSwitches) =>
    resolvePlan({ scenarios: ['region-loss'], switches: given }, names)
  expect(planWith({ lockoutScope: 'mirrored' }).switches).toEqual({ lockoutScope: 'mirrored' })
  const refused = (given: Record<string, string>, names?: typeof registries) => {
    try {
      planWith(given, names)
    } catch (error) {
      const { message, hint, exitCode } = error as UsageError
      return [message, hint, exitCode]
    }
    return undefined
  }
  expect([
    refused({ lockoutScop: 'mirrored' }),
    refused({ lockoutScope: 'mirored' }),
    refused({ lockoutScope: 'mirrored' }, registries),
  ]).toEqual([
    [
      'switch "lockoutScop" is unknown; expected one of: lockoutScope',
      'did you mean "lockoutScope"?',
      64,
    ],
    [
      'switch lockoutScope "mirored" is unknown; expected one of: regional, mirrored',
      'did you mean "mirrored"?',
      64,
    ],
    ['switch "lockoutScope" is unknown; there is none', undefined, 64],
  ])
})

test('a plan that was stored before there were switches sets none', () => {
  const { switches: _, ...older } = resolvePlan({ scenarios: ['region-loss'] }, registries)
  expect(parsePlan(older).switches).toEqual({})
})

test('a limit is that of the input, else that of the world or the storage, else the default', () => {
  const scenarioMillisMax = (input: object): number =>
    resolvePlan({ scenarios: ['region-loss'], ...input }, registries).limits.scenarioMillisMax
  const limits = { scenarioMillisMax: 9_000 }
  const topology = { file: '/t.yaml', digest: '0'.repeat(64), content: minimalTopology }
  expect(scenarioMillisMax({})).toBe(120_000)
  expect(scenarioMillisMax({ world: 'remote', topology })).toBe(600_000)
  expect(scenarioMillisMax({ world: 'remote', topology, limits })).toBe(9_000)
  const readyMillisMax = (storage: 'memory' | 'postgres'): number =>
    resolvePlan({ scenarios: ['region-loss'], storage }, registries).limits.regionReadyMillisMax
  expect([readyMillisMax('memory'), readyMillisMax('postgres')]).toEqual([15_000, 60_000])
})

test('every wrong field of a stored plan is named', () => {
  const plan = resolvePlan({ scenarios: ['region-loss'] }, registries)
  const broken = {
    ...plan,
    seed: -1,
    surprise: true,
    limits: { ...plan.limits, settleMillisMax: 0 },
  }
  expect(() => parsePlan(broken, 'plan.json')).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: plan.json is not a valid plan:
      seed: Too small: expected number to be >=0
      limits.settleMillisMax: Too small: expected number to be >=1
      (whole): Unrecognized key: "surprise"]
  `)
})

test('what a plan promises to the parts that use it is checked before they start', () => {
  const plan = resolvePlan({ scenarios: ['region-loss'] }, registries)
  const broken = {
    ...plan,
    cryptography: { ...plan.cryptography, passwordHashCost: 3 },
    replication: { lagMillisMin: 5, lagMillisMax: 1 },
  }
  expect(() => parsePlan(broken, 'plan.json')).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: plan.json is not a valid plan:
      cryptography.passwordHashCost: Expected a power of two
      replication.lagMillisMax: Expected lagMillisMin or more]
  `)
  const endless = { ...plan, replication: { lagMillisMin: 1, lagMillisMax: 1e300 } }
  expect(() => parsePlan(endless)).toThrow('replication.lagMillisMax: Too big')
})

test('keys that cannot be published are refused outside the sim world', () => {
  expect(() =>
    resolvePlan({ scenarios: ['region-loss'], cryptography: { signing: 'HS256' } }, registries),
  ).toThrow('for the sim world only')
})

test('what carries the links is our own proxy, or a Toxiproxy in the container world', () => {
  const wanted = { scenarios: ['region-loss'], world: 'container' }
  const named = (given: object) => resolvePlan({ ...wanted, ...given }, registries).proxy
  expect([named({}), named({ proxy: 'toxiproxy' })]).toEqual(['link-proxy', 'toxiproxy'])
  expect(() => named({ proxy: 'envoy' })).toThrow('proxy "envoy" is unknown')
  expect(() => named({ proxy: 'toxiproxy', world: 'process' })).toThrow(
    'proxy "toxiproxy" is for the container world',
  )
})

test('a run attaches to containers, and plants nothing in them', () => {
  const wanted = { scenarios: ['region-loss'], world: 'container', attach: 'demo' }
  expect(resolvePlan(wanted, registries).attach).toBe('demo')
  expect(() => resolvePlan({ ...wanted, world: 'process' }, registries)).toThrow(
    'a run attaches to containers that are up, which the process world has none of',
  )
  expect(() => resolvePlan({ ...wanted, mutants: [...registries.mutants] }, registries)).toThrow(
    'cannot be planted in a stack that is up already',
  )
})
