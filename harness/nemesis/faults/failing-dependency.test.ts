import { expect, test } from 'vitest'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { deaf, stubborn } from '../testing/powerless.ts'

test('without signing nobody signs in, and everything else works until it is healed', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, steps, ...pair }) => {
    const broken = { region: primary.name, dependency: 'token-signing' }
    const fault = await nemesis.inject('failing-dependency', broken)
    expect(await pair.signIn(primary.name)).toBe('info InternalErrorException')
    expect(await pair.write(primary.name, 'a')).toBe('ok')
    expect(await pair.signIn(replica.name)).toBe('ok')
    await fault.heal()
    expect(await pair.signIn(primary.name)).toBe('ok')
    expect(steps).toEqual([
      'failing-dependency apply',
      'failing-dependency applied',
      'failing-dependency verified: token-signing of us-east-1: fails',
      'failing-dependency heal',
      'failing-dependency healed',
      'failing-dependency heal-verified: token-signing of us-east-1: works',
    ])
  })
})

test.each([
  [deaf, 'failing-dependency not-verified: message-delivery of us-east-1: works'],
  [stubborn, 'failing-dependency heal-not-verified: message-delivery of us-east-1: fails'],
])('without effect it is not verified: %s', async (disguise, last) => {
  await onReferencePair(
    async ({ nemesis, primary, steps }) => {
      const broken = { region: primary.name, dependency: 'message-delivery' }
      const fault = await nemesis.inject('failing-dependency', broken)
      if (disguise === stubborn) await fault.heal()
      expect(steps.at(-1)).toBe(last)
    },
    { disguise },
  )
})
