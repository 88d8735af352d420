import { expect, test } from 'vitest'
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
