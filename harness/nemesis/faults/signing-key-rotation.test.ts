import { expect, test } from 'vitest'
import { signIn } from '../../workload/intents.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'

test('both Regions sign with the new keys, and nothing is left to heal', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, steps, ...pair }) => {
    const before = await pair.perform(primary.name, signIn('in1', 'u1', 'op1'))
    const fault = await nemesis.inject('signing-key-rotation', { region: primary.name })
    const keyIds = new Set((before.tokens ?? []).map(({ keyId }) => keyId))
    for (const region of [primary.name, replica.name]) {
      const after = await pair.perform(region, signIn(`in-${region}`, 'u1', 'op1'))
      expect(after.type).toBe('ok')
      for (const token of after.tokens ?? []) {
        if (token.keyId === undefined) continue
        expect(keyIds.has(token.keyId)).toBe(false)
        expect(token.verifications.every(({ accepted }) => accepted)).toBe(true)
      }
    }
    await fault.heal()
    expect(steps).toEqual([
      'signing-key-rotation apply',
      'signing-key-rotation applied',
      'signing-key-rotation verified: new keys of us-east-1: published, and every Region signs with them',
      'signing-key-rotation heal',
      'signing-key-rotation healed',
      'signing-key-rotation heal-verified: nothing to heal; process of us-east-1: serving; process of us-west-2: serving',
    ])
  })
})

test('a replica that cannot be reached keeps the new keys from being used', async () => {
  await onReferencePair(async ({ nemesis, primary, steps }) => {
    const cut = await nemesis.inject('cut', { link: 'replication' })
    await nemesis.inject('signing-key-rotation', { region: primary.name })
    expect(steps.at(-1)).toBe(
      'signing-key-rotation verified: new keys of us-east-1: published, but not every Region has them',
    )
    await cut.heal()
  })
})

test('a replica does not rotate keys', async () => {
  await onReferencePair(async ({ nemesis, replica }) => {
    const wrong = nemesis.inject('signing-key-rotation', { region: replica.name })
    await expect(wrong).rejects.toThrow('signing-key-rotation could not be applied')
  })
})
