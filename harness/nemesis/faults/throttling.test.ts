import { expect, test } from 'vitest'
import { seconds } from '../../kernel/time.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { deaf, stubborn } from '../testing/powerless.ts'

test('one category of one Region is throttled, definitely and until it is healed', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, sim, steps, ...pair }) => {
    const few = { region: primary.name, category: 'UserAuthentication', perSecond: 2 }
    const fault = await nemesis.inject('throttling', few)
    await sim.clock.sleep(seconds(2))
    const answers: string[] = []
    for (let attempt = 0; attempt < 5; attempt += 1) answers.push(await pair.signIn(primary.name))
    expect(answers.filter((answer) => answer === 'ok')).toHaveLength(2)
    expect(answers.at(-1)).toBe('fail TooManyRequestsException')
    expect(await pair.signIn(replica.name)).toBe('ok')
    expect(await pair.read(primary.name)).toBe('before')
    await fault.heal()
    expect(await pair.signIn(primary.name)).toBe('ok')
    expect(steps).toEqual([
      'throttling apply',
      'throttling applied',
      'throttling verified: UserAuthentication at us-east-1: throttled',
      'throttling heal',
      'throttling healed',
      'throttling heal-verified: UserAuthentication at us-east-1: not throttled',
    ])
  })
})

test.each([
  ...['UserCreation', 'UserFederation', 'UserAccountRecovery', 'UserRead', 'UserUpdate'],
  ...['UserToken', 'UserResourceRead', 'UserResourceUpdate', 'UserList', 'UserPoolRead'],
  ...['UserPoolUpdate', 'UserPoolResourceRead', 'UserPoolResourceUpdate', 'UserPoolClientRead'],
  ...['UserPoolClientUpdate', 'ClientAuthentication'],
])('%s has a request by which it is seen', async (category) => {
  await onReferencePair(async ({ nemesis, primary, steps }) => {
    const fault = await nemesis.inject('throttling', {
      ...{ region: primary.name, category, perSecond: 0 },
    })
    expect(steps.at(-1)).toBe(`throttling verified: ${category} at us-east-1: throttled`)
    await fault.heal()
    expect(steps.at(-1)).toBe(`throttling heal-verified: ${category} at us-east-1: not throttled`)
  })
})

test.each([
  [deaf, 'throttling not-verified: UserRead at us-east-1: not throttled'],
  [stubborn, 'throttling heal-not-verified: UserRead at us-east-1: throttled'],
])('without effect it is not verified: %s', async (disguise, last) => {
  await onReferencePair(
    async ({ nemesis, primary, steps }) => {
      const few = { region: primary.name, category: 'UserRead', perSecond: 1 }
      const fault = await nemesis.inject('throttling', few)
      if (disguise === stubborn) await fault.heal()
      expect(steps.at(-1)).toBe(last)
    },
    { disguise },
  )
})
