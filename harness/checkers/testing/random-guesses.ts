import type { AnswerMeaning, EventLine } from '../../history/line.ts'
import type { OperationFunction, Purpose } from '../../history/operation.ts'
import type { Choices } from './choices.ts'
import {
  type AnswerOptions,
  HistoryBuilder,
  lossOfPrimary,
  primary,
  replica,
} from './history-builder.ts'

/** A random history of guesses at two users and a control user, who try to get in themselves. */
export function randomGuesses(choices: Choices): readonly EventLine[] {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  let process = 0
  const waiting: string[] = []
  const answer = (operation: string): void => {
    builder.complete(operation, answerOf(choices))
  }
  const tryOnce = (): void => {
    process += 1
    const isOwner = choices.chance(30)
    const user = choices.pick(['u1', 'u1', 'u2', 'c1', 'c1'])
    const guess: Purpose = user === 'c1' ? 'guess-control' : 'guess'
    const fn: OperationFunction = isOwner ? 'sign-in' : 'guess-password'
    const purpose = isOwner ? 'workload' : guess
    const region = choices.pick([primary, replica])
    builder.wait(choices.pick([0, 1, 120]))
    waiting.push(builder.invoke(user, { process, function: fn, purpose, region }))
    while (waiting.length > 0 && choices.chance(80)) {
      answer(waiting.splice(choices.below(waiting.length), 1)[0] ?? '')
    }
  }
  const steps = 12 + choices.below(25)
  for (let step = 0; step < steps; step += 1) {
    const kind = choices.below(30)
    if (kind === 0) builder.strike('fault1', lossOfPrimary)
    else if (kind === 1) builder.route(replica, primary)
    else if (kind === 2) builder.heal('fault1', lossOfPrimary)
    else if (kind === 3) builder.route(primary, replica)
    else if (kind === 4) builder.write(choices.pick(['u1', 'u2']))
    else tryOnce()
  }
  return builder.end()
}

function answerOf(choices: Choices): AnswerOptions {
  const kind = choices.below(20)
  if (kind < 9) return refusal('wrong-credentials')
  if (kind < 14) return refusal('locked')
  if (kind < 15) return refusal(choices.pick(['throttled', 'unavailable'] as const))
  if (kind < 16) return { type: 'fail', code: 'other' }
  if (kind < 17) return { type: 'info' }
  return { type: 'ok' }
}

function refusal(meaning: AnswerMeaning): AnswerOptions {
  return { type: 'fail', code: meaning, meaning }
}
