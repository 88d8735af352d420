import { expect, test } from 'vitest'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { immortal } from '../testing/powerless.ts'

test('a crashed Region resets its clients and comes back with all that it acknowledged', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, ...pair }) => {
    expect(await pair.write(primary.name, 'a')).toBe('ok')
    const fault = await nemesis.inject('process-crash', { region: primary.name })
    expect(await pair.write(primary.name, 'b')).toBe('info connection-reset')
    expect(await pair.signIn(replica.name)).toBe('ok')
    await fault.heal()
    expect(await pair.read(primary.name)).toBe('a')
    expect(await pair.write(primary.name, 'c')).toBe('ok')
    expect(await pair.readUntil(replica.name, 'c')).toContain('c')
    expect(pair.steps).toEqual([
      'process-crash apply',
      'process-crash applied',
      'process-crash verified: process of us-east-1: stopped',
      'process-crash heal',
      'process-crash healed',
      'process-crash heal-verified: process of us-east-1: serving',
    ])
  })
})

test('a crashed replica catches up from its own disk', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, ...pair }) => {
    const fault = await nemesis.inject('process-crash', { region: replica.name })
    expect(await pair.write(primary.name, 'a')).toBe('ok')
    await fault.heal()
    expect(await pair.readUntil(replica.name, 'a')).toContain('a')
  })
})

test('a Region that lives on is no verified crash', async () => {
  await onReferencePair(
    async ({ nemesis, primary, steps }) => {
      await nemesis.inject('process-crash', { region: primary.name })
      expect(steps.at(-1)).toBe('process-crash not-verified: process of us-east-1: running')
    },
    { disguise: immortal },
  )
})
