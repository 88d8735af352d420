import { expect, test } from 'vitest'
import { millis } from '../../kernel/time.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { deaf, stubborn } from '../testing/powerless.ts'

test('a share of sign-ins fails; reads, writes and the health check are fine', async () => {
  await onReferencePair(async ({ nemesis, primary, replica, steps, ...pair }) => {
    const fault = await nemesis.inject('grey-failure', { region: primary.name, share: 0.5 })
    const answers: string[] = []
    for (let attempt = 0; attempt < 40; attempt += 1) answers.push(await pair.signIn(primary.name))
    const failed = answers.filter((answer) => answer === 'info InternalErrorException').length
    expect(failed).toBeGreaterThan(8)
    expect(answers.filter((answer) => answer === 'ok')).toHaveLength(40 - failed)
    expect(await pair.write(primary.name, 'a')).toBe('ok')
    expect(await pair.readUntil(replica.name, 'a')).toContain('a')
    await fault.heal()
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect(await pair.signIn(primary.name)).toBe('ok')
    }
    expect(steps).toEqual([
      'grey-failure apply',
      'grey-failure applied',
      'grey-failure verified: sign-ins at us-east-1: some disturbed; health check: 200',
      'grey-failure heal',
      'grey-failure healed',
      'grey-failure heal-verified: sign-ins at us-east-1: none disturbed; health check: 200',
    ])
  })
})

test('with a delay sign-ins are slow and succeed', async () => {
  await onReferencePair(async ({ nemesis, primary, timed, ...pair }) => {
    const slow = { region: primary.name, share: 1, delayMillis: 300 }
    const fault = await nemesis.inject('grey-failure', slow)
    const { value, took } = await timed(pair.signIn(primary.name))
    expect(value).toBe('ok')
    expect(took).toBeGreaterThanOrEqual(millis(300))
    await fault.heal()
    expect((await timed(pair.signIn(primary.name))).took).toBeLessThan(millis(5))
  })
})

test.each([
  [deaf, 'grey-failure not-verified: sign-ins at us-east-1: none disturbed; health check: 200'],
  [
    stubborn,
    'grey-failure heal-not-verified: sign-ins at us-east-1: some disturbed; health check: 200',
  ],
])('without effect it is not verified: %s', async (disguise, last) => {
  await onReferencePair(
    async ({ nemesis, primary, steps }) => {
      const fault = await nemesis.inject('grey-failure', { region: primary.name, share: 0.9 })
      if (disguise === stubborn) await fault.heal()
      expect(steps.at(-1)).toBe(last)
    },
    { disguise },
  )
})
