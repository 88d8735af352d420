import { describe, expect, test } from 'vitest'
import type { EventLine } from '../history/line.ts'
import { FaultError, LimitError } from '../kernel/errors.ts'
import { millis, seconds } from '../kernel/time.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Fault, FaultKind } from './fault.ts'
import { faults } from './faults/index.ts'
import { onReferencePair } from './testing/on-reference-pair.ts'
import { unkillable } from './testing/powerless.ts'

/** A ledger that remembers what is intended and not released. */
function openEntries(): Ledger & { readonly open: Map<string, string> } {
  const open = new Map<string, string>()
  let next = 0
  return {
    open,
    runId: 'run',
    environment: {},
    intend: async (kind, owner) => {
      next += 1
      open.set(`entry${next}`, `${kind} ${owner}`)
      return `entry${next}`
    },
    confirm: async () => {},
    release: async (id) => {
      open.delete(id)
    },
  }
}

/** The `cut` of a registry, replaced by one whose steps are given. */
function cutThat(steps: Partial<Fault>): typeof faults {
  const cut: FaultKind<'cut'> = {
    ...faults.cut,
    create: (parameters, environment) => ({
      ...faults.cut.create(parameters, environment),
      ...steps,
    }),
  }
  return { ...faults, cut }
}

function acknowledged(operation: string): EventLine[] {
  return [
    {
      type: 'invoke',
      at: 0,
      process: 0,
      operation,
      function: 'set-password',
      user: 'u1',
      region: 'us-east-1',
      purpose: 'workload',
      arguments: {},
    },
    { type: 'ok', at: 0, process: 0, operation },
  ]
}

describe('triggers', () => {
  test('by time: nothing is applied before it has passed', async () => {
    await onReferencePair(async ({ nemesis, sim, steps }) => {
      const began = sim.clock.monotonic()
      const injecting = nemesis.inject(
        'pause',
        { region: 'us-west-2' },
        { when: { kind: 'elapsed', duration: seconds(2) } },
      )
      await sim.clock.sleep(millis(1_999))
      expect(steps).toEqual([])
      await injecting
      expect(sim.clock.monotonic() - began).toBe(seconds(2))
      expect(steps[0]).toBe('pause apply')
    })
  })

  test('by a condition on the history: after the third acknowledged password change', async () => {
    await onReferencePair(async ({ nemesis, sim, steps, watch }) => {
      const injecting = nemesis.inject(
        'pause',
        { region: 'us-west-2' },
        { when: { kind: 'acknowledged', function: 'set-password', count: 3 } },
      )
      for (const operation of ['op1', 'op2', 'op3']) {
        await sim.clock.sleep(seconds(1))
        expect(steps).toEqual([])
        for (const line of acknowledged(operation)) watch.observe(line)
      }
      await injecting
      expect(steps[0]).toBe('pause apply')
    })
  })

  test('a condition that never comes is an error with its words, and no fault', async () => {
    await onReferencePair(async ({ nemesis, steps, timed }) => {
      const when = { kind: 'acknowledged', function: 'set-password', count: 1 } as const
      const injecting = nemesis.inject('pause', { region: 'us-west-2' }, { when })
      const { value, took } = await timed(injecting.catch((error: unknown) => error))
      expect(value).toBeInstanceOf(LimitError)
      expect(value).toMatchObject({
        message: 'a scenario waited 60000 ms for 1 acknowledged set-password, which never came',
      })
      expect(took).toBe(seconds(60))
      expect(steps).toEqual([])
    })
  })

  test('a pinned schedule is quiet before each fault, after its trigger', async () => {
    const order: string[] = []
    const before = async (): Promise<void> => {
      order.push('quiet')
    }
    await onReferencePair(
      async ({ nemesis, steps }) => {
        await nemesis.inject('failover', { to: 'us-west-2' })
        order.push(...steps)
      },
      { nemesis: { before } },
    )
    expect(order.slice(0, 2)).toEqual(['quiet', 'failover apply'])
  })
})

describe('healing', () => {
  test('everything in force is healed, the newest first; what is healed stays healed', async () => {
    await onReferencePair(async ({ nemesis, steps }) => {
      await nemesis.inject('hold', { link: 'replication' })
      const cut = await nemesis.inject('cut', { link: 'clients→replica' })
      await nemesis.inject('pause', { region: 'us-east-1' })
      await cut.heal()
      const before = steps.length
      await nemesis.healAll()
      await nemesis.healAll()
      await cut.heal()
      const healed = steps.slice(before).filter((step) => / heal$/.test(step))
      expect(healed).toEqual(['pause heal', 'hold heal'])
    })
  })

  test('asked for twice at once it happens once', async () => {
    await onReferencePair(async ({ nemesis, steps }) => {
      const fault = await nemesis.inject('cut', { link: 'replication' })
      await Promise.all([fault.heal(), fault.heal()])
      expect(steps.filter((step) => step === 'cut heal')).toHaveLength(1)
    })
  })

  test('one that fails does not keep the others from being healed', async () => {
    const broken = cutThat({ heal: () => Promise.reject(new Error('the knife is stuck')) })
    await onReferencePair(
      async ({ nemesis, steps }) => {
        await nemesis.inject('hold', { link: 'clients→primary' })
        await nemesis.inject('cut', { link: 'replication' })
        await expect(nemesis.healAll()).rejects.toMatchObject({
          message: 'not every fault could be healed',
          errors: [new FaultError('cut could not be healed')],
        })
        expect(steps).not.toContain('cut healed')
        expect(steps.at(-1)).toContain('hold heal-verified')
      },
      { nemesis: { faults: broken } },
    )
  })
})

describe('what goes wrong', () => {
  test('a fault that this world cannot inject is refused before anything happens', async () => {
    await onReferencePair(
      async ({ nemesis, steps, primary }) => {
        await expect(nemesis.inject('power-loss', { region: primary.name })).rejects.toThrow(
          new FaultError('fault "power-loss" does not exist in the process world'),
        )
        expect(steps).toEqual([])
      },
      { nemesis: { world: 'process' } },
    )
  })

  test('a fault that nobody provides is refused', async () => {
    await onReferencePair(async ({ nemesis }) => {
      await expect(nemesis.inject('flood' as 'cut', { link: 'replication' })).rejects.toThrow(
        new FaultError('there is no fault "flood"'),
      )
    })
  })

  test('links and Regions that do not exist are named with those that do', async () => {
    await onReferencePair(async ({ nemesis, steps }) => {
      await expect(nemesis.inject('cut', { link: 'replicatoin' })).rejects.toThrow(
        'there is no link "replicatoin"; expected one of: replication, clients→primary, clients→replica',
      )
      await expect(nemesis.inject('pause', { region: 'mars' })).rejects.toThrow(
        'there is no Region "mars"; expected one of: us-east-1, us-west-2',
      )
      expect(steps).toEqual([])
    })
  })

  test('half of a fault that could not be applied is undone', async () => {
    const ledger = openEntries()
    await onReferencePair(
      async ({ nemesis, primary, replica, write, readUntil, steps }) => {
        await expect(nemesis.inject('region-loss', { region: primary.name })).rejects.toThrow(
          new FaultError('region-loss could not be applied'),
        )
        expect(steps).toEqual(['region-loss apply'])
        expect(await write(primary.name, 'a')).toBe('ok')
        expect(await readUntil(replica.name, 'a')).toContain('a')
      },
      { ledger, disguise: unkillable },
    )
    expect([...ledger.open.values()]).toEqual([])
  })

  test('a verification that breaks has verified nothing', async () => {
    const blind = cutThat({ verify: () => Promise.reject(new Error('no light')) })
    await onReferencePair(
      async ({ nemesis, steps }) => {
        await nemesis.inject('cut', { link: 'replication' })
        expect(steps.at(-1)).toBe('cut not-verified: no light')
      },
      { nemesis: { faults: blind } },
    )
  })
})

test('a fault stands in the ledger from before it exists until it is healed', async () => {
  const ledger = openEntries()
  const seen: string[][] = []
  const look = (): number => seen.push([...ledger.open.values()])
  const watched = cutThat({
    apply: async () => {
      look()
    },
    heal: async () => {
      look()
    },
  })
  await onReferencePair(
    async ({ nemesis }) => {
      await nemesis.inject('hold', { link: 'clients→replica' })
      const cut = await nemesis.inject('cut', { link: 'replication' })
      await cut.heal()
      look()
      await nemesis.healAll()
      look()
    },
    { ledger, nemesis: { faults: watched } },
  )
  expect(seen).toEqual([
    ['fault fault1', 'fault fault2'],
    ['fault fault1', 'fault fault2'],
    ['fault fault1'],
    [],
  ])
})
