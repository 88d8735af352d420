import { expect, test } from 'vitest'
import { onReferencePair } from '../testing/on-reference-pair.ts'

test('clients go where the route leads: writes are refused there, sign-ins are not', async () => {
  await onReferencePair(async ({ nemesis, route, primary, replica, ...pair }) => {
    expect(await pair.write(route.current(), 'a')).toBe('ok')
    const fault = await nemesis.inject('failover', { to: replica.name })
    expect(route.current()).toBe(replica.name)
    expect(await pair.write(route.current(), 'b')).toBe('fail OperationNotEnabledException')
    expect(await pair.signIn(route.current())).toBe('ok')
    await fault.heal()
    expect(route.current()).toBe(primary.name)
    expect(await pair.write(route.current(), 'c')).toBe('ok')
    expect(pair.steps).toEqual([
      'failover apply',
      'failover applied',
      'failover verified: route of the clients: us-west-2',
      'failover heal',
      'failover healed',
      'failover heal-verified: route of the clients: us-east-1',
    ])
  })
})

test('a route that does not move is no verified failover', async () => {
  await onReferencePair(
    async ({ nemesis, replica, steps }) => {
      await nemesis.inject('failover', { to: replica.name })
      expect(steps.at(-1)).toBe('failover not-verified: route of the clients: us-east-1')
    },
    { disguiseRoute: (route) => ({ current: route.current, switchTo: () => {} }) },
  )
})
