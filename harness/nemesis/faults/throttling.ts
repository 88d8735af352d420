import type { Clock } from '../../kernel/clock.ts'
import type { RunningRegion } from '../../target/contract.ts'
import { degradedRegion } from '../effects.ts'
import type { FaultKind, Verification } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'
import { conductFault, emptyRequest, isThrottled, probe } from '../service-probe.ts'
import { eventually } from '../verification.ts'

/** A harmless request of each category: an operation, or the path of an endpoint. */
const probes = {
  UserAuthentication: 'InitiateAuth',
  UserCreation: 'SignUp',
  UserFederation: '/saml2/idpresponse',
  UserAccountRecovery: 'ForgotPassword',
  UserRead: 'GetUser',
  UserUpdate: 'UpdateUserAttributes',
  UserToken: 'RevokeToken',
  UserResourceRead: 'ListDevices',
  UserResourceUpdate: 'ForgetDevice',
  UserList: 'ListUsers',
  UserPoolRead: 'DescribeUserPool',
  UserPoolUpdate: 'UpdateUserPool',
  UserPoolResourceRead: 'GetGroup',
  UserPoolResourceUpdate: 'UpdateGroup',
  UserPoolClientRead: 'DescribeUserPoolClient',
  UserPoolClientUpdate: 'UpdateUserPoolClient',
  ClientAuthentication: 'GetClientToken',
} as const

const perSecondMax = 100

/**
 * The request quota of a category is small. Looking at it uses up what the quota admits within a
 * second.
 */
export const throttling: FaultKind<'throttling'> = {
  name: 'throttling',
  description:
    'Limits how many requests of a category a Region takes each second; others are fine.',
  worlds: ['sim', 'process', 'container'],
  parameters: {
    region: regionParameter,
    category: {
      ...{ type: 'choice', choices: Object.keys(probes) },
      about: 'operations that share the quota',
    },
    perSecond: {
      ...{ type: 'number', unit: 'requests/s', min: 0, max: perSecondMax },
      about: 'what the quota admits',
    },
  },
  mayCause: ['region-degraded'],
  effects: ({ region }) => degradedRegion(region),
  create: ({ region, category, perSecond }, environment) => {
    const requests = Math.ceil(perSecond) * 3 + 10
    const command = {
      name: 'quota',
      begin: { category, perSecond },
      end: { category, perSecond: null },
    }
    return conductFault(
      environment,
      region,
      command,
      async (running, clock) => {
        const held = await anyThrottled(running, clock, category, requests)
        return seen(region, category, held, held)
      },
      async (running, clock) => {
        const held = await eventually(
          clock,
          async () => !(await anyThrottled(running, clock, category, requests)),
        )
        return seen(region, category, !held, held)
      },
    )
  },
}

async function anyThrottled(
  region: RunningRegion,
  clock: Clock,
  category: string,
  requests: number,
): Promise<boolean> {
  const operation = probes[category as keyof typeof probes]
  const answers = await Promise.all(
    Array.from({ length: requests }, () => probe(region, clock, emptyRequest(operation))),
  )
  return answers.some(({ response }) => isThrottled(response))
}

function seen(region: string, category: string, some: boolean, held: boolean): Verification {
  return { held, detail: `${category} at ${region}: ${some ? 'throttled' : 'not throttled'}` }
}
