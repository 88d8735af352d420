import type { FaultKind, Verification } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'
import { conductFault, healthStatus } from '../service-probe.ts'
import { regionServes } from '../verification.ts'

/** The health check says something, whatever is true. */
export const healthFlip: FaultKind<'health-flip'> = {
  name: 'health-flip',
  description: "Makes a Region's health check say up or down, whatever is true.",
  worlds: ['sim', 'process', 'container'],
  parameters: {
    region: regionParameter,
    status: { type: 'choice', choices: ['up', 'down'], about: 'what the health check says' },
  },
  mayCause: ['health-misreported'],
  effects: ({ region }) => [{ effect: 'health-misreported', region }],
  create: ({ region, status }, environment) =>
    conductFault(
      environment,
      region,
      { name: 'health', begin: { status }, end: { status: 'auto' } },
      async (running, clock): Promise<Verification> => {
        const seen = await healthStatus(running, clock)
        const held = (seen === 200) === (status === 'up')
        return { held, detail: `health check of ${region}: ${seen}` }
      },
      (running, clock) => regionServes(running, clock),
    ),
}
