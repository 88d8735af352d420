import type { ActiveDisturbance } from '../../target/contract.ts'
import type { FaultEnvironment, FaultKind, Verification } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'

/** Switches the clients' route; heal is the failback. */
export const failover: FaultKind<'failover'> = {
  name: 'failover',
  description: "Switches the clients' route to another Region; heal switches it back.",
  worlds: ['sim', 'process', 'container', 'remote'],
  parameters: { to: { ...regionParameter, about: 'where clients go' } },
  mayCause: [],
  effects: () => [],
  create: ({ to }, environment) => {
    let previous = to
    let steered: ActiveDisturbance | undefined
    return {
      apply: async () => {
        previous = environment.route.current()
        steered = await environment.stack.failover?.(to)
        environment.route.switchTo(to)
      },
      verify: async () => routeIs(environment, to),
      heal: async () => {
        await steered?.lift()
        environment.route.switchTo(previous)
      },
      verifyHealed: async () => routeIs(environment, previous),
    }
  },
}

function routeIs(environment: FaultEnvironment, region: string): Verification {
  const current = environment.route.current()
  return { held: current === region, detail: `route of the clients: ${current}` }
}
