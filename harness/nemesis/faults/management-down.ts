import type { Clock } from '../../kernel/clock.ts'
import type { RunningRegion } from '../../target/contract.ts'
import type { FaultKind, Verification } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'
import { conductFault, emptyRequest, probe } from '../service-probe.ts'

/** Pools and replicas of a Region cannot be administered, and users sign in. */
export const managementDown: FaultKind<'management-down'> = {
  name: 'management-down',
  description: "Takes a Region's management operations away (503) while its users are served.",
  worlds: ['sim', 'process', 'container'],
  parameters: { region: regionParameter },
  mayCause: ['management-unavailable'],
  effects: ({ region }) => [{ effect: 'management-unavailable', region }],
  create: ({ region }, environment) =>
    conductFault(
      environment,
      region,
      { name: 'management', begin: { down: true }, end: { down: false } },
      (running, clock) => managementIs(running, clock, false),
      (running, clock) => managementIs(running, clock, true),
    ),
}

async function managementIs(
  region: RunningRegion,
  clock: Clock,
  up: boolean,
): Promise<Verification> {
  const management = await answers(region, clock, 'UpdateUserPoolReplica')
  const users = await answers(region, clock, 'InitiateAuth')
  const said = (works: boolean): string => (works ? 'up' : 'down')
  return {
    held: management === up && users,
    detail: `at ${region.name}: management ${said(management)}, sign-in ${said(users)}`,
  }
}

async function answers(region: RunningRegion, clock: Clock, operation: string): Promise<boolean> {
  return (await probe(region, clock, emptyRequest(operation))).response.status < 500
}
