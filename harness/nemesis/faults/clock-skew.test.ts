import { expect, test } from 'vitest'
import { seconds, toSeconds } from '../../kernel/time.ts'
import { signIn } from '../../workload/intents.ts'
import { onReferencePair } from '../testing/on-reference-pair.ts'
import { punctual } from '../testing/powerless.ts'

test.for([
  { what: 'ahead', offsetMillis: 90_000 },
  { what: 'behind', offsetMillis: -90_000 },
])('a clock that is $what shows in the Date header and in tokens', async ({ offsetMillis }) => {
  await onReferencePair(async ({ nemesis, primary, replica, sim, perform, steps }) => {
    const offBy = async (region: typeof primary): Promise<number> =>
      Math.round(toSeconds((await region.control.readWall()) - sim.wall.now()))
    const issuedOffBy = async (): Promise<number> => {
      const { tokens = [] } = await perform(primary.name, signIn('in', 'u1', 'op1'))
      return Math.round(toSeconds((tokens[0]?.issuedAt ?? 0) - sim.wall.now()))
    }
    expect(Math.abs(await issuedOffBy())).toBeLessThanOrEqual(1)
    const fault = await nemesis.inject('clock-skew', { region: primary.name, offsetMillis })
    expect(Math.abs((await offBy(primary)) - offsetMillis / 1_000)).toBeLessThanOrEqual(1)
    expect(Math.abs((await issuedOffBy()) - offsetMillis / 1_000)).toBeLessThanOrEqual(1)
    expect(Math.abs(await offBy(replica))).toBeLessThanOrEqual(1)
    await fault.heal()
    await sim.clock.sleep(seconds(1))
    expect(Math.abs(await offBy(primary))).toBeLessThanOrEqual(1)
    expect(steps).toEqual([
      'clock-skew apply',
      'clock-skew applied',
      `clock-skew verified: Date header of us-east-1: off by ${offsetMillis} ms as asked`,
      'clock-skew heal',
      'clock-skew healed',
      'clock-skew heal-verified: Date header of us-east-1: off by 0 ms as asked',
    ])
  })
})

test('a clock that keeps true time is no verified skew', async () => {
  await onReferencePair(
    async ({ nemesis, primary, steps }) => {
      await nemesis.inject('clock-skew', { region: primary.name, offsetMillis: 60_000 })
      expect(steps.at(-1)).toMatch(
        /^clock-skew not-verified: Date header of us-east-1: off by -?\d+ ms, asked for 60000$/,
      )
    },
    { disguise: punctual },
  )
})
