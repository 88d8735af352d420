import { expect, test } from 'vitest'
import { FaultError } from '../../kernel/errors.ts'
import type { RunningStack } from '../../target/contract.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'

// Goal: what a promotion asks of any Region, and both of its ends. Method: the Regions of a pair
// get the three commands that such a Region understands, and write down what they are told.

/** @param obeys - False: the Regions take every command and stay what they are. */
function promotable(asked: string[], obeys = true): (stack: RunningStack) => RunningStack {
  return (stack) => ({
    ...stack,
    regions: stack.regions.map((region) => {
      let role: string = region.role
      const command = async (name: string, parameters: unknown) => {
        if (name === 'role') return { role }
        const { of } = (parameters ?? {}) as { readonly of?: string }
        asked.push([region.name, name, ...(of === undefined ? [] : [of])].join(' '))
        if (obeys) role = name === 'promote' ? 'primary' : 'replica'
        return null
      }
      return { ...region, control: { ...region.control, command } }
    }),
  })
}

const nemesis = { world: 'process' } as const

test('a promoted replica gives way at the heal and follows the primary again', async () => {
  const asked: string[] = []
  await onReferencePair(
    async ({ nemesis: injector, primary, replica, steps }) => {
      const fault = await injector.inject('promotion', { region: replica.name })
      await fault.heal()
      expect(asked).toEqual(['us-west-2 promote', `us-west-2 follow ${primary.name}`])
      expect(steps).toEqual([
        'promotion apply',
        'promotion applied',
        'promotion verified: us-west-2: primary',
        'promotion heal',
        'promotion healed',
        'promotion heal-verified: us-west-2: replica; us-east-1: primary',
      ])
    },
    { disguise: promotable(asked), nemesis },
  )
})

test('or the old primary comes back as the replica of the promoted one', async () => {
  const asked: string[] = []
  await onReferencePair(
    async ({ nemesis: injector, replica, steps }) => {
      const parameters = { region: replica.name, yields: 'primary' } as const
      const fault = await injector.inject('promotion', parameters)
      await fault.heal()
      expect(asked).toEqual(['us-west-2 promote', 'us-east-1 follow us-west-2'])
      const last = 'promotion heal-verified: us-east-1: replica; us-west-2: primary'
      expect(steps.at(-1)).toBe(last)
    },
    { disguise: promotable(asked), nemesis },
  )
})

test('a Region that only says that it was promoted is no verified promotion', async () => {
  await onReferencePair(
    async ({ nemesis: injector, replica, steps }) => {
      await injector.inject('promotion', { region: replica.name })
      expect(steps.at(-1)).toBe('promotion not-verified: us-west-2: replica')
    },
    { disguise: promotable([], false), nemesis },
  )
})

test('nobody follows a Region that does not run', async () => {
  await onReferencePair(
    async ({ nemesis: injector, primary, replica }) => {
      const fault = await injector.inject('promotion', { region: replica.name })
      await injector.inject('process-crash', { region: primary.name })
      const healing = fault.heal().catch((error: unknown) => error)
      expect(await healing).toBeInstanceOf(FaultError)
      expect(await healing).toMatchObject({
        message: 'us-west-2 cannot follow us-east-1',
        hint: 'heal what stops us-east-1 before the promotion of us-west-2',
      })
    },
    { disguise: promotable([]), nemesis },
  )
})
