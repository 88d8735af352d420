import { afterEach, describe, expect, test } from 'vitest'
import { UsageError } from '../kernel/errors.ts'
import { faults } from '../nemesis/faults/index.ts'
import { remoteTopologySchema } from '../plan/remote-topology.ts'
import { referenceTarget } from '../target/reference/target.ts'
import { checkNeeds } from './check-needs.ts'
import {
  isScenario,
  registrarKey,
  type Scenario,
  type ScenarioDefinition,
  scenario,
} from './scenario.ts'
import { skipReason } from './skip-reason.ts'
import type { WorldPlan } from './world-need.ts'
import { worldsOf } from './worlds-of.ts'

const definition: ScenarioDefinition = {
  claim: 'It holds.',
  requirements: ['FS-36'],
  needs: { faults: ['cut'] },
  run: async () => {},
}

const registry = globalThis as { [registrarKey]?: (value: Scenario) => void }
const installed = registry[registrarKey]
afterEach(() => {
  if (installed === undefined) delete registry[registrarKey]
  else registry[registrarKey] = installed
})

describe('a scenario', () => {
  test('is a frozen value that is recognised across copies of the library', () => {
    const value = scenario('a-b-2', definition)
    expect(value).toMatchObject({ id: 'a-b-2', claim: 'It holds.' })
    expect(Object.isFrozen(value)).toBe(true)
    expect(isScenario(value)).toBe(true)
    expect(isScenario({ [Symbol.for('interregnum.scenario')]: true })).toBe(true)
    for (const other of [null, undefined, {}, definition, 'a-b-2']) {
      expect(isScenario(other)).toBe(false)
    }
  })

  test.for<[object, string]>([
    [{ claim: 5 }, '"claim" must be a sentence'],
    [{ requirements: 'FS-36' }, '"requirements" must name'],
    [{ needs: undefined }, '"needs.faults" must be a list'],
    [{ needs: { faults: [], functions: 'sign-in' } }, '"needs.functions" must be a list'],
    [{ needs: { faults: [], worlds: [1] } }, '"needs.worlds" must be a list'],
    [{ needs: { faults: [], replicaWrites: 1 } }, '"needs.replicaWrites" must be true or false'],
    [{ needs: { faults: [], replicaSignIns: false } }, '"needs.replicaSignIns" must be true'],
    [{ run: undefined }, '"run" must be a function'],
    [{ typicalSeconds: 'soon' }, '"typicalSeconds" must be a number above 0'],
  ])('that was not type-checked is refused by name: %j', ([change, message]) => {
    const wrong = { ...definition, ...change } as ScenarioDefinition
    expect(() => scenario('wrong', wrong)).toThrow(message)
    expect(() => scenario('wrong', undefined as never)).toThrow(UsageError)
  })

  test('is handed to a registrar if one is there', () => {
    const seen: string[] = []
    registry[registrarKey] = ({ id }) => seen.push(id)
    scenario('seen', definition)
    expect(seen).toEqual(['seen'])
  })

  test.for<[string, Partial<ScenarioDefinition>, string]>([
    ['Upper', {}, 'scenario id "Upper" must be lower case words joined by "-"'],
    ['a--b', {}, 'scenario id "a--b" must be lower case words joined by "-"'],
    ['../evil', {}, 'scenario id "../evil" must be lower case words joined by "-"'],
    ['', {}, 'scenario id "" must be lower case words joined by "-"'],
    ['a', { claim: '  ' }, 'scenario "a": "claim" is empty'],
    ['a', { requirements: [] }, 'scenario "a": "requirements" must name at least one requirement'],
  ])('"%s" with %j is refused', ([id, part, message]) => {
    expect(() => scenario(id, { ...definition, ...part })).toThrow(new UsageError(message))
  })
})

test.for<[ScenarioDefinition['needs'], readonly string[]]>([
  [{ faults: [] }, ['sim', 'process', 'container', 'remote']],
  [{ faults: ['cut', 'power-loss'] }, ['sim']],
  [{ faults: ['cut', 'pause'], worlds: ['process', 'container'] }, ['process']],
  [{ faults: ['power-loss'], worlds: ['process'] }, []],
])('worlds carry a scenario that can inject its faults: %j', ([needs, worlds]) => {
  const kinds = {
    cut: { worlds: ['sim', 'process', 'container'] },
    'power-loss': { worlds: ['sim'] },
    pause: { worlds: ['sim', 'process'] },
  } as const
  expect(worldsOf(scenario('x', { ...definition, needs }), kinds)).toEqual(worlds)
})

describe('a need that is not met has its words', () => {
  const { capabilities } = referenceTarget
  const reason = (needs: ScenarioDefinition['needs'], world: 'sim' | 'process' = 'process') =>
    skipReason(
      scenario('x', { ...definition, needs }),
      { world, storage: 'memory' },
      referenceTarget,
      faults,
    )

  test.for<[ScenarioDefinition['needs'], string | undefined]>([
    [{ faults: [] }, undefined],
    [{ faults: ['cut', 'region-loss'], functions: ['sign-in'] }, undefined],
    [{ faults: [], worlds: ['sim'] }, 'needs the sim world'],
    [
      { faults: ['power-loss'] },
      'needs the fault "power-loss", which the process world cannot inject',
    ],
  ])('%j', ([needs, expected]) => {
    expect(reason(needs)).toBe(expected)
  })

  test.for<[ScenarioDefinition['needs'], string, string | undefined]>([
    [
      { faults: ['cut', 'lattency' as 'latency'] },
      'scenario "x": fault "lattency" in "needs.faults" is unknown; expected one of the',
      'did you mean "latency"?',
    ],
    [
      { faults: ['xyzzy-plugh' as 'cut'] },
      'scenario "x": fault "xyzzy-plugh" in "needs.faults" is unknown; expected one of the',
      undefined,
    ],
    [
      { faults: [], switches: { lockoutScop: 'mirrored' } },
      'scenario "x": in "needs.switches" switch "lockoutScop" is unknown; expected one of:',
      'did you mean "lockoutScope"?',
    ],
    [
      { faults: [], switches: { lockoutScope: 'mirored' } },
      'switch lockoutScope "mirored" is unknown; expected one of: regional, mirrored',
      'did you mean "mirrored"?',
    ],
    [
      { faults: [], worlds: ['proces' as 'process'] },
      'scenario "x": world "proces" in "needs.worlds" is unknown; expected one of: sim, process',
      'did you mean "process"?',
    ],
    [
      { faults: [], links: ['replicaton' as 'replication'] },
      'scenario "x": link "replicaton" in "needs.links" is unknown; expected one of: replication',
      'did you mean "replication"?',
    ],
  ])('that nobody can meet is wrong usage: %j', ([needs, message, hint]) => {
    const needy = scenario('x', { ...definition, needs })
    const error = thrownBy(() => checkNeeds(needy, Object.keys(faults), [referenceTarget]))
    expect(error).toBeInstanceOf(UsageError)
    expect((error as UsageError).message).toContain(message)
    expect((error as UsageError).hint).toBe(hint)
  })

  test.for<[ScenarioDefinition['needs'], Partial<WorldPlan>, string | undefined]>([
    [{ faults: ['hold'] }, { proxy: 'link-proxy' }, undefined],
    [{ faults: ['cut', 'black-hole', 'one-way'] }, { proxy: 'toxiproxy' }, undefined],
    [
      { faults: ['cut', 'hold'] },
      { proxy: 'toxiproxy' },
      'needs the fault "hold", but Toxiproxy has no toxic that keeps bytes and gives them back; ' +
        '--proxy link-proxy does',
    ],
    [{ faults: ['region-loss'], functions: ['sign-in'] }, { attach: 'demo' }, undefined],
    [
      { faults: ['disk-full'] },
      { attach: 'demo' },
      'needs the fault "disk-full", but a stack that is attached to is not ours to change',
    ],
    [
      { faults: [], relyingParties: [{ name: 'shop', kind: 'jose' }] },
      { attach: 'demo' },
      'needs relying parties, and an attached stack has none',
    ],
    [{ faults: [], router: {} }, { attach: 'demo' }, 'needs a router with settings of its own'],
    [{ faults: [], switches: { lockoutScope: 'regional' } }, { attach: 'demo' }, undefined],
    [
      { faults: [], switches: { lockoutScope: 'mirrored' } },
      { attach: 'demo', switches: { lockoutScope: 'mirrored' } },
      undefined,
    ],
    [
      { faults: [], switches: { lockoutScope: 'mirrored' } },
      { attach: 'demo' },
      'needs the switch lockoutScope at "mirrored", and the attached stack has "regional"',
    ],
  ])('in containers: %j with %j', ([needs, plan, expected]) => {
    const needy = scenario('x', { ...definition, needs })
    const world = { world: 'container', storage: 'postgres', ...plan } as const
    expect(skipReason(needy, world, referenceTarget, faults)).toBe(expected)
  })

  test('of a target that lacks a function', () => {
    const lacking = { ...capabilities, functions: ['sign-in' as const] }
    const value = scenario('x', { ...definition, needs: { faults: [], functions: ['revoke'] } })
    const target = { capabilities: lacking }
    expect(skipReason(value, { world: 'sim', storage: 'memory' }, target, faults)).toBe(
      'needs "revoke", which the target lacks',
    )
  })

  test('of a target whose replica takes writes, or refuses them', () => {
    const reasonOf = (needed: boolean, declared: boolean) =>
      skipReason(
        scenario('x', { ...definition, needs: { faults: [], replicaWrites: needed } }),
        { world: 'sim', storage: 'memory' },
        { capabilities: { ...capabilities, replicaWrites: declared } },
        faults,
      )
    expect([reasonOf(true, true), reasonOf(true, false), reasonOf(false, true)]).toEqual([
      undefined,
      'needs a replica that takes writes',
      'needs a replica that refuses writes',
    ])
  })

  test('of a target whose replica signs nobody in', () => {
    const value = scenario('x', { ...definition, needs: { faults: [], replicaSignIns: true } })
    const reasonOf = (declared: object) =>
      skipReason(
        value,
        { world: 'sim', storage: 'memory' },
        { capabilities: { ...capabilities, ...declared } },
        faults,
      )
    expect([reasonOf({}), reasonOf({ replicaSignIns: false })]).toEqual([
      undefined,
      'needs a replica that signs users in',
    ])
  })

  test('of a target that lacks a switch, or this choice of it', () => {
    const needs = { faults: [], switches: { lockoutScope: 'mirrored' } }
    const value = scenario('x', { ...definition, needs })
    const reasonAt = (switches: Record<string, string[]>) =>
      skipReason(value, { world: 'sim', storage: 'memory' }, { capabilities, switches }, faults)
    const lacks = 'needs the switch lockoutScope at "mirrored", which the target lacks'
    expect([
      reasonAt({ lockoutScope: ['regional', 'mirrored'] }),
      reasonAt({ lockoutScope: ['regional'] }),
      reasonAt({}),
    ]).toEqual([undefined, lacks, lacks])
  })

  test('of a machine that cannot inject a fault, with what it lacks', () => {
    const needs = { faults: ['cut', 'fsync-fails'] } as const
    const value = scenario('x', { ...definition, needs })
    const plan = { world: 'process', storage: 'memory' } as const
    const reasonOn = (missing: Record<string, string>) =>
      skipReason(value, plan, referenceTarget, faults, new Map(Object.entries(missing)))
    const lacks = 'needs the fault "fsync-fails", which is not possible here: it takes a C compiler'
    expect([
      reasonOn({}),
      reasonOn({ 'cpu-limit': 'no' }),
      reasonOn({ 'fsync-fails': 'it takes a C compiler' }),
    ]).toEqual([undefined, undefined, lacks])
  })

  test("of somebody's system whose topology declares no such link", () => {
    const region = (role: string, port = 8081) => ({ role, url: `http://127.0.0.1:${port}` })
    const reasonOf = (
      links: NonNullable<ScenarioDefinition['needs']['links']>,
      ...ways: readonly (readonly [string, string])[]
    ) => {
      const declared = ways.map(([from, to], place) => ({
        ...{ from, to, canary: { send: 'a', expect: 'b' } },
        ...{ listen: `127.0.0.1:${11 + place}`, upstream: `127.0.0.1:${21 + place}` },
      }))
      const content = remoteTopologySchema.parse({
        regions: { east: region('primary'), west: region('replica', 8082) },
        links: Object.fromEntries(declared.map((link, place) => [`link${place}`, link])),
      })
      const topology = { file: '/t.yaml', digest: '0'.repeat(64), content }
      const value = scenario('x', { ...definition, needs: { faults: [], links } })
      const plan = { world: 'remote', storage: 'memory', topology } as const
      return skipReason(value, plan, { capabilities }, faults)
    }
    const lacks = 'needs the link "replication", and the topology declares none'
    const lacksOther = 'needs the link "reverse-replication", and the topology declares none'
    expect([
      reasonOf(['replication']),
      reasonOf(['replication'], ['east', 'west']),
      reasonOf(['replication'], ['west', 'east']),
      reasonOf(['replication', 'reverse-replication'], ['west', 'east']),
      reasonOf(['replication', 'reverse-replication'], ['west', 'east'], ['east', 'west']),
    ]).toEqual([
      `${lacks} from replica to primary`,
      `${lacks} from replica to primary`,
      undefined,
      `${lacksOther} from primary to replica`,
      undefined,
    ])
  })

  test('the world that can is no reason', () => {
    expect(reason({ faults: ['power-loss'], worlds: ['sim'] }, 'sim')).toBeUndefined()
  })
})

function thrownBy(work: () => void): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}
