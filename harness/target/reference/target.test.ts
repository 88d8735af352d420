import { describe, expect, it } from 'vitest'
import { type PlanInput, resolvePlan } from '../../plan/resolve.ts'
import { hostedHandlers, operationHandlers } from './client.ts'
import { referenceTarget } from './target.ts'

// Goal: the plan reaches the Regions, and what the target declares is what it can do.

const planOf = (input: Omit<PlanInput, 'scenarios'>) =>
  resolvePlan(
    { scenarios: ['any'], ...input },
    {
      tool: 'test',
      targets: ['reference'],
      scenarios: ['any'],
      mutants: input.mutants ?? [],
      switches: { reference: referenceTarget.switches ?? {} },
    },
  )

describe('referenceTarget', () => {
  it('declares no function that it cannot perform', () => {
    const atRegions = [...Object.keys(operationHandlers), ...Object.keys(hostedHandlers)]
    expect([...atRegions, 'visit', 'open-session'].sort()).toEqual(
      [...referenceTarget.capabilities.functions].sort(),
    )
  })

  it('plans two Regions whose settings differ in name and role alone', async () => {
    const { regions, links } = await referenceTarget.topology(
      planOf({ world: 'sim', replication: { lagMillisMin: 5, lagMillisMax: 9 } }),
    )
    const [primary, replica] = regions
    expect(primary?.settings).toMatchInlineSnapshot(`
      {
        "mutants": [],
        "passwordHashCost": 2,
        "primaryRegion": "us-east-1",
        "region": "us-east-1",
        "replicationLag": {
          "millisMax": 9,
          "millisMin": 5,
        },
        "role": "primary",
        "secondaryRegion": "us-west-2",
        "signing": "RS256",
        "srpGroup": "3072",
        "syncBeforeAcknowledge": true,
      }
    `)
    expect({ ...(replica?.settings as object), region: 'us-east-1', role: 'primary' }).toEqual(
      primary?.settings,
    )
    expect(regions.map(({ name, role }) => [name, role])).toEqual([
      ['us-east-1', 'primary'],
      ['us-west-2', 'replica'],
    ])
    expect(links.map(({ name, from, to, service }) => [name, from, to, service])).toEqual([
      ['replication', 'us-west-2', 'us-east-1', 'replication'],
      ['clients→primary', 'clients', 'us-east-1', 'api'],
      ['clients→replica', 'clients', 'us-west-2', 'api'],
    ])
  })

  it('hands the switches of the plan to both Regions, and says how attempts are counted', async () => {
    const switches = { lockoutScope: 'mirrored', totpOnSecondary: 'on' }
    const { regions, lockout } = await referenceTarget.topology(planOf({ switches }))
    expect(regions.map(({ settings }) => settings)).toEqual([
      expect.objectContaining(switches),
      expect.objectContaining(switches),
    ])
    expect(lockout).toEqual({ scope: 'mirrored', threshold: 5 })
    expect((await referenceTarget.topology(planOf({}))).lockout).toEqual(
      referenceTarget.capabilities.lockout,
    )
  })

  it('starts the stack that is planted where the plan plants something', async () => {
    const modules = async (mutants: readonly string[]) => {
      const { regions } = await referenceTarget.topology(planOf({ mutants }))
      return regions.map(({ launch }) => launch.command?.module.split('/dist/')[1])
    }
    expect(await modules([])).toEqual([
      'fixtures/reference/server.js',
      'fixtures/reference/server.js',
    ])
    expect(await modules(['wrong-key-id', 'slow-apply'])).toEqual([
      'fixtures/mutants/server.js',
      'fixtures/mutants/server.js',
    ])
    await expect(modules(['wrong-key-id', 'no-such-defect'])).rejects.toMatchObject({
      exitCode: 64,
      message: 'the reference target has no mutant "no-such-defect"',
      hint: expect.stringMatching(/^Known mutants: [a-z0-9-]+(, [a-z0-9-]+)+\.$/),
    })
  })
})
