import { describe, expect, test } from 'vitest'
import type { CompletionLine } from '../../history/line.ts'
import { conductInSim, linesOf } from '../../interpreter/testing/conduct-in-sim.ts'
import { seconds } from '../../kernel/time.ts'
import type { Performed, ScenarioContext } from '../../scenario/context.ts'

// Goal: browsers and machine clients get what the hosted endpoints give, from either Region and
// through the endpoint in front of them. Method: a pair in virtual time; every answer is compared.

const functions = ['submit-sign-in', 'machine-sign-in'] as const
const router = { intervalMillis: 50, checkTimeoutMillis: 20, checksToTurn: 2 }
const needs = { relyingParties: [], switches: {}, router }

/** Tells a story with one user and gives the lines in which operations ended, by operation. */
async function told(
  script: (context: ScenarioContext) => Promise<void>,
): Promise<ReadonlyMap<string, CompletionLine>> {
  const story = await conductInSim(script, { functions, needs })
  expect(story.error).toBeUndefined()
  const ends = [...linesOf(story, 'ok'), ...linesOf(story, 'fail'), ...linesOf(story, 'info')]
  return new Map(ends.map((line) => [line.operation, line]))
}

type Step = (
  fn: 'open-sign-in-page' | 'submit-sign-in' | 'redeem-code',
  to: string,
  from?: Performed,
) => Promise<Performed>

/** Steps of one user in a browser, each referring to what the step before resulted. */
function browser({ workload }: ScenarioContext): Step {
  const fields = {
    'open-sign-in-page': 'cookie',
    'submit-sign-in': 'page',
    'redeem-code': 'code',
  } as const
  return (fn, to, from) => {
    const field = fields[fn]
    const given = from === undefined ? {} : { [field]: { from: from.operation, field } }
    const password = fn === 'submit-sign-in' ? { password: workload.passwordOf('u1') ?? '' } : {}
    const intent = { user: 'u1', to, purpose: 'workload', lane: 'browser' } as const
    return workload.attempt({ ...intent, function: fn, arguments: { ...given, ...password } })
  }
}

const shortly = ({ type, meaning, results }: Performed) => [
  type,
  ...(meaning ? [meaning] : results),
]

describe('browsers', () => {
  test('sign in at either Region and through the endpoint', async () => {
    const seen: unknown[] = []
    const ends = await told(async (context) => {
      await context.workload.population(1)
      const step = browser(context)
      for (const to of [context.primary.name, context.replica.name, 'router']) {
        const page = await step('open-sign-in-page', to)
        const code = await step('submit-sign-in', to, page)
        const again = await step('open-sign-in-page', to, code)
        const tokens = await step('redeem-code', to, again)
        seen.push([page, code, again, tokens].map(shortly), tokens.operation)
      }
    })
    const once = [
      ['ok', 'page'],
      ['ok', 'code', 'cookie'],
      ['ok', 'code'],
      ['ok', 'idToken', 'accessToken', 'refreshToken'],
    ]
    const [first, redeemed, ...others] = seen
    expect(first).toEqual(once)
    expect(others.filter(Array.isArray)).toEqual([once, once])
    const line = ends.get(String(redeemed))
    expect(line?.tokens?.map(({ use }) => use)).toEqual(['id', 'access', 'refresh'])
    expect(line?.tokens?.[0]?.verifications.map(({ accepted }) => accepted)).toEqual([true, true])
  })

  test('a code, a page and a session mean nothing in the other Region', async () => {
    const seen: unknown[] = []
    const ends = await told(async (context) => {
      const { primary, replica, workload } = context
      await workload.population(1)
      const step = browser(context)
      const page = await step('open-sign-in-page', primary.name)
      const code = await step('submit-sign-in', primary.name, page)
      const elsewhere = await step('redeem-code', replica.name, code)
      seen.push(
        shortly(elsewhere),
        shortly(await step('open-sign-in-page', replica.name, code)),
        shortly(await step('submit-sign-in', replica.name, page)),
        elsewhere.operation,
      )
    })
    const elsewhere = seen.pop()
    expect(seen).toEqual([
      ['fail', 'reauthenticate'],
      ['ok', 'page'],
      ['ok', 'code', 'cookie'],
    ])
    expect(ends.get(String(elsewhere))?.error?.code).toBe('invalid_grant')
  })

  test('a wrong password is evaluated, a dead Region says nothing definite', async () => {
    const seen: unknown[] = []
    await told(async (context) => {
      const { primary, nemesis, workload } = context
      await workload.population(1)
      const step = browser(context)
      const page = await step('open-sign-in-page', primary.name)
      const guess = { page: { from: page.operation, field: 'page' }, password: 'op0' } as const
      const intent = { function: 'submit-sign-in', user: 'u1', purpose: 'workload' } as const
      const to = primary.name
      seen.push(shortly(await workload.attempt({ ...intent, to, arguments: guess })))
      await nemesis.inject('process-crash', { region: to })
      seen.push(shortly(await step('submit-sign-in', to, page)))
    })
    expect(seen).toEqual([
      ['fail', 'wrong-credentials'],
      ['info', 'unavailable'],
    ])
  })
})

describe('machine clients', () => {
  const machine = { user: 'machine', purpose: 'workload', lane: 'machine' } as const

  test('sign in with each of their secrets until it is deleted', async () => {
    const seen: unknown[] = []
    await told(async ({ primary, replica, workload }) => {
      const at = async (to: string, secret?: string) => {
        const given = secret === undefined ? {} : { secret }
        const intent = { ...machine, function: 'machine-sign-in', to, arguments: given } as const
        return shortly(await workload.attempt(intent))
      }
      await workload.population(0)
      seen.push(await at(primary.name), await at(replica.name, 'first'), await at('router'))
      const add = { ...machine, function: 'add-secret', to: primary.name, arguments: {} } as const
      const { operation: second } = await workload.attempt(add)
      await workload.replicated()
      seen.push(await at(primary.name, second), await at(replica.name, second))
      const end = { ...machine, function: 'delete-secret', to: primary.name } as const
      await workload.attempt({ ...end, arguments: { secret: 'first' } })
      await workload.replicated()
      seen.push(await at(primary.name), await at(replica.name), await at(primary.name, second))
      seen.push(shortly(await workload.attempt({ ...add, to: replica.name })))
    })
    const ok = ['ok', 'accessToken']
    const refused = ['fail', 'wrong-credentials']
    expect(seen).toEqual([ok, ok, ok, ok, ok, refused, refused, ok, ['fail', 'gated']])
  })

  test('come through the endpoint to the Region that serves', async () => {
    const ends = await told(async ({ primary, replica, workload, nemesis, router: endpoint }) => {
      await workload.population(0)
      await nemesis.inject('region-loss', { region: primary.name })
      await endpoint?.leadsTo(replica.name, seconds(5))
      const signIn = { ...machine, function: 'machine-sign-in', to: 'router' } as const
      await workload.attempt({ ...signIn, arguments: {} })
    })
    const routed = [...ends.values()].filter(({ servedBy }) => servedBy !== undefined)
    expect(routed.map(({ type, servedBy }) => [type, servedBy])).toEqual([['ok', 'us-west-2']])
  })
})
