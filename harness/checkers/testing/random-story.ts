import type { EventLine } from '../../history/line.ts'
import type { Choices } from './choices.ts'
import { type AnswerOptions, HistoryBuilder, heldReplication, primary } from './history-builder.ts'

/** What is asked for, and what became of it. */
export interface Story {
  readonly stepsBelow: number
  /** Asks for something; answers the operation and what kind of thing it is. */
  ask(builder: HistoryBuilder, process: number): readonly [operation: string, kind: number]
  answerOf(kind: number): AnswerOptions
  onAnswered(operation: string, kind: number): void
}

/**
 * A random history of one user, of 10 steps and more: operations whose answers come in any order or
 * never, and now and then a fault of replication or the end of settling.
 */
export function randomStory(choices: Choices, story: Story): readonly EventLine[] {
  const builder = new HistoryBuilder().route(primary, null)
  builder.signUp('u1')
  const open: (readonly [operation: string, kind: number])[] = []
  const answer = (): void => {
    const [one] = open.splice(choices.below(open.length), 1)
    if (one === undefined) return
    const [operation, kind] = one
    builder.complete(operation, story.answerOf(kind))
    story.onAnswered(operation, kind)
  }
  const steps = 10 + choices.below(story.stepsBelow)
  for (let process = 1; process <= steps; process += 1) {
    builder.wait(choices.pick([0, 1, 130]))
    const event = choices.below(40)
    if (event === 0) builder.strike('fault1', heldReplication)
    else if (event === 1) builder.mark('settled')
    else open.push(story.ask(builder, process))
    while (open.length > 0 && choices.chance(85)) answer()
  }
  return builder.end()
}
