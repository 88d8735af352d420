import { type Performed, type ScenarioContext, scenario } from 'interregnum'
import { patience } from '../populations.ts'

type Page = 'open-sign-in-page' | 'submit-sign-in' | 'redeem-code'

const shown = {
  'open-sign-in-page': 'cookie',
  'submit-sign-in': 'page',
  'redeem-code': 'code',
} as const

export const flowsCrossingAFlip = scenario('flows-crossing-a-flip', {
  claim:
    "A sign-in that is under way when the endpoint flips ends well or begins anew once, and never ends in another user's session.",
  requirements: ['FS-22'],
  needs: {
    faults: ['health-flip'],
    functions: ['open-sign-in-page', 'submit-sign-in', 'redeem-code', 'start-srp', 'answer-srp'],
    router: { intervalMillis: 50, checkTimeoutMillis: 1_000, checksToTurn: 1 },
  },
  async run(context) {
    const { primary, replica, router, workload, nemesis } = context
    if (router === undefined) return
    const [waits = '', codes = '', returns = '', answers = ''] = await workload.bystanders(4)
    const step = browser(context, router.name)
    const signIn = async (user: string, page?: Performed): Promise<Performed> =>
      step('submit-sign-in', user, page ?? (await step('open-sign-in-page', user)))
    const redeem = async (user: string, code: Performed): Promise<void> => {
      const tokens = await step('redeem-code', user, code)
      if (tokens.type !== 'ok') await step('redeem-code', user, await signIn(user))
    }
    const srp = (user: string, start?: Performed) =>
      workload.attempt({
        ...{ function: start === undefined ? 'start-srp' : 'answer-srp', user, to: router.name },
        purpose: 'workload',
        arguments:
          start === undefined
            ? {}
            : {
                srp: { from: start.operation, field: 'srp' },
                password: workload.passwordOf(user) ?? '',
              },
      })

    const waitingPage = await step('open-sign-in-page', waits)
    const code = await signIn(codes)
    const cookie = await signIn(returns)
    await redeem(returns, cookie)
    const challenge = await srp(answers)
    const down = await nemesis.inject('health-flip', { region: primary.name, status: 'down' })
    await router.leadsTo(replica.name, patience)

    await redeem(waits, await signIn(waits, waitingPage))
    await redeem(codes, code)
    const known = await step('open-sign-in-page', returns, cookie)
    await redeem(returns, known.results.includes('code') ? known : await signIn(returns, known))
    const answered = await srp(answers, challenge)
    if (answered.type !== 'ok') await srp(answers, await srp(answers))
    await down.heal()
  },
})

/** One step of a sign-in in a browser, with what the step before resulted. */
function browser({ workload }: ScenarioContext, to: string) {
  return (page: Page, user: string, from?: Performed): Promise<Performed> => {
    const field = shown[page]
    const given = from === undefined ? {} : { [field]: { from: from.operation, field } }
    const password = page === 'submit-sign-in' ? { password: workload.passwordOf(user) ?? '' } : {}
    const how = { ...given, ...password }
    return workload.attempt({ function: page, user, to, purpose: 'workload', arguments: how })
  }
}
