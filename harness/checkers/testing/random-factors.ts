import type { EventLine } from '../../history/line.ts'
import type { Argument, OperationFunction } from '../../history/operation.ts'
import { accessWith } from './access-builder.ts'
import type { Choices } from './choices.ts'
import {
  type AnswerOptions,
  HistoryBuilder,
  heldReplication,
  type OperationOptions,
  primary,
  replica,
} from './history-builder.ts'

/** A random history of enrolments, sign-ins with and without a factor, and codes shown twice. */
export function randomFactors(choices: Choices): readonly EventLine[] {
  const builder = new HistoryBuilder()
  const made: string[] = []
  const open: { readonly operation: string; readonly mints: boolean }[] = []
  let process = 0
  builder.route(primary, null)
  const answer = (): void => {
    const [one] = open.splice(choices.below(Math.max(1, open.length)), 1)
    if (one === undefined) return
    builder.complete(one.operation, answerOf(choices, one.mints))
    made.push(one.operation)
  }
  const steps = 10 + choices.below(30)
  for (let step = 0; step < steps; step += 1) {
    const kind = choices.below(40)
    builder.wait(choices.pick([0, 1, 130]))
    if (kind === 0) builder.strike('fault1', heldReplication)
    else if (kind === 1) builder.mark('settle-start')
    else if (kind === 2) builder.mark('settled')
    else {
      process += 1
      const [fn, carrier, mints] = choices.pick(functions)
      const from = choices.pick([...made, 'op99'])
      const given: Record<string, Argument> = {}
      if (carrier !== '') given[carrier] = { from, field: 'session' }
      if (fn === 'replay-totp')
        given.code = { from: choices.pick([...made, 'op98']), field: 'code' }
      const user = choices.pick(['u1', 'u1', 'u2'])
      const region = choices.pick([primary, replica])
      const options = { process, function: fn, region, arguments: given, ...writesOf(fn, user) }
      open.push({ operation: builder.invoke(user, options), mints })
      while (open.length > 0 && choices.chance(80)) answer()
    }
  }
  return builder.end()
}

const functions: readonly (readonly [fn: OperationFunction, carrier: string, mints: boolean])[] = [
  ['sign-in', '', true],
  ['sign-in', '', true],
  ['admin-sign-in', '', true],
  ['answer-srp', 'srp', true],
  ['answer-totp', 'session', true],
  ['answer-totp', 'session', true],
  ['replay-totp', 'session', true],
  ['replay-totp', 'session', true],
  ['answer-device', 'srp', true],
  ['open-sign-in-page', 'cookie', false],
  ['open-sign-in-page', '', false],
  ['submit-sign-in', 'page', false],
  ['redeem-code', 'code', true],
  ['refresh', 'refreshToken', true],
  ['guess-code', 'session', true],
  ['guess-password', '', true],
  ['prefer-totp', '', false],
  ['prefer-totp', '', false],
  ['verify-totp', '', false],
  ['delete-user', '', false],
]

function writesOf(fn: OperationFunction, user: string): Pick<OperationOptions, 'writes'> {
  if (fn === 'prefer-totp') return { writes: [{ register: `${user}/factor`, value: 'totp' }] }
  if (fn === 'delete-user') return { writes: [{ register: `${user}/existence`, value: 'deleted' }] }
  return {}
}

function answerOf(choices: Choices, mints: boolean): AnswerOptions {
  const kind = choices.below(20)
  if (kind < 12) return mints && kind > 2 ? { tokens: [accessWith()] } : {}
  if (kind < 13) return { type: 'info' }
  const meaning = choices.pick(['gated', 'factor-required', 'wrong-credentials', 'locked'] as const)
  return { type: 'fail', code: meaning, meaning }
}
