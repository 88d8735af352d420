import { describe, expect, test } from 'vitest'
import { UsageError } from '../kernel/errors.ts'
import type { FaultName, FaultParameters } from '../scenario/context.ts'
import type { LinkName } from '../target/contract.ts'
import type { FaultEnvironment, FaultKind } from './fault.ts'
import { checkParameters, type FaultParameter } from './fault-parameter.ts'
import { faults } from './faults/index.ts'
import { onReferencePair } from './testing/on-reference-pair.ts'

/** Goal: what is published of a fault is what it takes and does. Method: each kind, as it is. */
const kinds = Object.values<FaultKind<FaultName>>(faults)

test.for<[FaultName, unknown, string]>([
  [
    'latency',
    { link: 'l', latencyMillis: Number.NaN },
    '"latencyMillis" of the fault "latency" is',
  ],
  ['latency', { link: 'l', latencyMillis: -1 }, 'is -1; expected 0 to 600000 ms'],
  ['latency', { link: 'l' }, '"latencyMillis" of the fault "latency" is undefined'],
  ['latency', { link: 'l', latencyMilis: 3 }, 'has no parameter "latencyMilis"; expected one of'],
  ['one-way', { link: 'l', direction: 'both' }, 'is "both"; expected upstream or downstream'],
  ['clock-skew', { region: 'r', offsetMillis: 1e300 }, '"offsetMillis" of the fault "clock-skew"'],
  ['cut', undefined, '"link" of the fault "cut" is undefined; expected name of a link'],
  ['pause', { region: '' }, '"region" of the fault "pause" is ""; expected name of a region'],
])('%s with %j is wrong usage that names the field', ([name, given, message]) => {
  expect(() => checkParameters(faults[name], given)).toThrow(UsageError)
  expect(() => checkParameters(faults[name], given)).toThrow(message)
})

test('what is optional may be missing', () => {
  expect(() => checkParameters(faults.latency, { link: 'l', latencyMillis: 20 })).not.toThrow()
})

test('a fault with parameters that cannot be meant leaves no line', async () => {
  await onReferencePair(async ({ nemesis, steps, stack }) => {
    const link = stack.links[0]?.name ?? ''
    await expect(nemesis.inject('latency', { link, latencyMillis: -3 })).rejects.toThrow(UsageError)
    expect(steps).toEqual([])
  })
})

describe('the effects of a fault are among those that it says it may cause, and all of them', () => {
  test.for(kinds.map((kind): [FaultName, FaultKind<FaultName>] => [kind.name, kind]))(
    '%s',
    async ([, kind]) => {
      await onReferencePair(async ({ stack, route }) => {
        const environment: FaultEnvironment = { stack, route }
        const caused = new Set(
          examples(kind, environment).flatMap((given) =>
            kind.effects(given, environment).map(({ effect }) => effect),
          ),
        )
        expect([...caused].sort()).toEqual([...kind.mayCause].sort())
      })
    },
  )
})

/** Parameters in the middle of their bounds, for every link and every Region of a stack. */
function examples(
  kind: FaultKind<FaultName>,
  { stack }: FaultEnvironment,
): readonly FaultParameters[FaultName][] {
  const places: readonly LinkName[] = [...stack.links, ...stack.regions].map(({ name }) => name)
  const links = new Set(stack.links.map(({ name }) => name))
  return places.flatMap((place) => {
    const given: Record<string, unknown> = {}
    for (const [name, parameter] of Object.entries<FaultParameter>(kind.parameters)) {
      if (parameter.type === 'number') given[name] = Math.round((parameter.min + parameter.max) / 2)
      else if (parameter.type === 'choice') given[name] = parameter.choices[0]
      else if ((parameter.type === 'link') === links.has(place)) given[name] = place
      else return []
    }
    return [given as unknown as FaultParameters[FaultName]]
  })
}
