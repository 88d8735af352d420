import type { AnswerMeaning, EventLine } from '../../history/line.ts'
import type { OperationFunction, ResultField } from '../../history/operation.ts'
import type { Choices } from './choices.ts'
import { HistoryBuilder, primary, replica } from './history-builder.ts'
import { sampleToken } from './sample-token.ts'

interface Held {
  readonly user: string
  readonly operation: string
  readonly field: ResultField
}

const refusals: readonly AnswerMeaning[] = [
  'reauthenticate',
  'reauthenticate',
  'revoked',
  'throttled',
  'throttled',
  'token-refused',
  'unavailable',
]

type Step = readonly [function: OperationFunction, result: ResultField]

const firstStep: Step = ['open-sign-in-page', 'page']
const secondStep: Step = ['submit-sign-in', 'code']
const lastStep: Step = ['redeem-code', 'accessToken']

/** A random history of sessions and sign-ins of several steps across switches of the route. */
export function randomSessions(choices: Choices): readonly EventLine[] {
  return new RandomSessions(choices).build()
}

class RandomSessions {
  readonly #choices: Choices
  readonly #builder = new HistoryBuilder()
  readonly #sessions: Held[] = []
  readonly #steps: Held[] = []
  #route = primary
  #process = 0

  constructor(choices: Choices) {
    this.#choices = choices
  }

  build(): readonly EventLine[] {
    const choices = this.#choices
    this.#builder.route(primary, null)
    this.#builder.signUp('u1')
    for (let step = 0; step < 3; step += 1) this.#signIn(choices.pick(['u1', 'u2']))
    for (let step = 0; step < 30; step += 1) this.#step()
    return this.#builder.end()
  }

  #step(): void {
    const choices = this.#choices
    const session = this.#sessions[choices.below(this.#sessions.length)]
    const newest = this.#sessions.at(-1)
    this.#process += 1
    const kind = choices.below(16)
    if (kind === 0) this.#flip()
    else if (kind === 1) this.#signIn(choices.pick(['u1', 'u2']))
    else if (kind === 2) this.#change(choices.pick(['u1', 'u2']))
    else if (kind === 3 && session !== undefined) this.#revoke(session)
    else if (kind < 8) this.#flow()
    else this.#use(choices.chance(60) ? newest : session)
  }

  #flip(): void {
    const to = this.#route === primary ? replica : primary
    this.#builder.route(to, this.#route)
    this.#route = to
  }

  #region(): string {
    const choices = this.#choices
    return choices.chance(85) ? this.#route : choices.pick([primary, replica, 'router'])
  }

  #subject(user: string): string {
    return this.#choices.chance(96) ? `s-${user}` : 's-u2'
  }

  #signIn(user: string): void {
    const options = { function: 'sign-in', process: this.#process, region: this.#region() } as const
    const operation = this.#builder.invoke(user, options)
    if (this.#choices.chance(15)) {
      this.#builder.complete(operation, { type: 'info' })
      this.#process += 1
      return
    }
    const tokens = [sampleToken(this.#builder, { subject: this.#subject(user) })]
    this.#builder.complete(operation, { tokens })
    this.#sessions.push({ user, operation, field: 'refreshToken' })
  }

  #use(session: Held | undefined): void {
    if (session === undefined) return
    const choices = this.#choices
    const { user, operation: from } = session
    const fn = choices.pick(['rotate', 'rotate', 'rotate', 'refresh', 'use-token'] as const)
    const field = fn === 'use-token' ? 'accessToken' : 'refreshToken'
    const operation = this.#builder.invoke(user, {
      process: this.#process,
      function: fn,
      region: this.#region(),
      arguments: { [field]: { from, field } },
    })
    const type = choices.pick(['ok', 'ok', 'fail', 'info', 'fail'] as const)
    if (type === 'fail') {
      this.#builder.complete(operation, { type, meaning: choices.pick(refusals) })
    } else if (type === 'info' || fn === 'use-token') this.#builder.complete(operation, { type })
    else {
      const tokens = [sampleToken(this.#builder, { subject: this.#subject(user) })]
      this.#builder.complete(operation, { tokens })
      this.#sessions.push({ user, operation, field: 'refreshToken' })
    }
    if (type === 'info') this.#process += 1
  }

  #revoke({ user, operation: from }: Held): void {
    const writes = [{ register: `${user}/revoked:${from}`, value: 'revoked' }]
    const type = this.#choices.pick(['ok', 'fail', 'info'] as const)
    this.#builder.perform(
      user,
      {
        process: this.#process,
        function: 'revoke',
        region: this.#region(),
        arguments: { refreshToken: { from, field: 'refreshToken' } },
        writes,
      },
      { type },
    )
    if (type === 'info') this.#process += 1
  }

  #change(user: string): void {
    const choices = this.#choices
    if (choices.chance(50)) return
    const [fn, write] = choices.pick([
      ['admin-sign-out', { register: `${user}/signed-out`, value: this.#builder.nextId }],
      ['set-password', { register: `${user}/password`, value: this.#builder.nextId }],
      ['disable-user', { register: `${user}/enabled`, value: 'disabled' }],
    ] as const)
    const type = choices.pick(['ok', 'fail'] as const)
    this.#builder.perform(user, { process: this.#process, function: fn, writes: [write] }, { type })
  }

  #flow(): void {
    const choices = this.#choices
    const held = this.#steps[choices.below(Math.max(1, this.#steps.length))]
    const goOn = held !== undefined && choices.chance(65)
    const [fn, field] = goOn ? (held.field === 'page' ? secondStep : lastStep) : firstStep
    const user = goOn ? held.user : 'u1'
    const given = goOn ? { [held.field]: { from: held.operation, field: held.field } } : {}
    const options = { process: this.#process, function: fn, region: this.#region() }
    const operation = this.#builder.invoke(user, { ...options, arguments: given })
    const type = !goOn ? 'ok' : choices.pick(['ok', 'fail', 'fail', 'info'] as const)
    if (type === 'info') this.#process += 1
    if (type === 'ok' && fn === 'redeem-code') {
      const tokens = [sampleToken(this.#builder, { subject: `s-${user}` })]
      this.#builder.complete(operation, { tokens })
    } else if (type === 'fail') {
      const meaning = choices.pick(['reauthenticate', 'expired', 'throttled'] as const)
      this.#builder.complete(operation, { type, meaning })
    } else this.#builder.complete(operation, { type })
    if (goOn && choices.chance(70)) this.#steps.splice(this.#steps.indexOf(held), 1)
    if (type === 'ok' && field !== 'accessToken') this.#steps.push({ user, operation, field })
  }
}
