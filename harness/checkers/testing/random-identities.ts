import type { EventLine, TokenObservation } from '../../history/line.ts'
import type { Argument } from '../../history/operation.ts'
import { accessWith } from './access-builder.ts'
import type { Choices } from './choices.ts'
import { type AnswerOptions, type OperationOptions, primary, replica } from './history-builder.ts'
import { randomStory } from './random-story.ts'

/** A random history of one name that is taken, given up and taken again. */
export function randomIdentities(choices: Choices): readonly EventLine[] {
  const made = ['op1', 'op99']
  return randomStory(choices, {
    stepsBelow: 25,
    ask: (builder, process) => {
      const kind = choices.pick([0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4])
      const region = choices.pick([primary, primary, replica])
      const options = optionsOf(kind, builder.nextId, choices.pick(['op1', ...made]))
      return [builder.invoke('u1', { process, region, ...options }), kind]
    },
    answerOf: (kind) => answerOf(choices, kind),
    onAnswered: (operation) => {
      made.push(operation)
    },
  })
}

/** 0: create, 1: delete, 2: sign in, 3: present a session, 4: read. */
function optionsOf(kind: number, id: string, from: string): OperationOptions {
  if (kind === 0) {
    const writes = ['u1/existence', 'u1/password'].map((register) => ({ register, value: id }))
    return { function: 'sign-up', writes }
  }
  if (kind === 1) {
    return { function: 'delete-user', writes: [{ register: 'u1/existence', value: 'deleted' }] }
  }
  if (kind === 2) return { function: 'sign-in', arguments: { password: from } }
  if (kind === 4) return { function: 'read-user', reads: ['u1/existence'] }
  const isRefresh = Number(from.slice(2)) % 2 === 0
  const field = isRefresh ? 'refreshToken' : 'accessToken'
  const given: Record<string, Argument> = { [field]: { from, field } }
  return { function: isRefresh ? 'refresh' : 'use-token', arguments: given }
}

function answerOf(choices: Choices, kind: number): AnswerOptions {
  const outcome = choices.below(20)
  if (outcome < 4) return { type: 'fail', code: 'absent', meaning: 'absent' }
  if (outcome < 5) return { type: 'fail', code: 'other' }
  if (outcome < 6) return { type: 'info' }
  if (kind === 4) return { observed: { 'u1/existence': choices.pick([null, 'op1', 'op99']) } }
  if (kind !== 2 && kind !== 3) return {}
  const token: TokenObservation = { ...accessWith(), subject: choices.pick(['s1', 's1', 's2']) }
  return outcome < 18 ? { tokens: [token] } : {}
}
