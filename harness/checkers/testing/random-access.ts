import type { EventLine, HeaderLine } from '../../history/line.ts'
import { accessWith } from './access-builder.ts'
import type { Choices } from './choices.ts'
import { type AnswerOptions, type OperationOptions, primary, replica } from './history-builder.ts'
import { randomStory } from './random-story.ts'

/** A relying party that decides by itself. */
export const header: Partial<HeaderLine> = {
  relyingParties: [
    { name: 'shop', kind: 'jose', offline: true, cacheMillisMax: 0, leewayMillis: 0 },
  ],
}

/** A random history of what is taken from one user, given back, and used all the time. */
export function randomAccess(choices: Choices): readonly EventLine[] {
  const labels = ['op1', 'op1', 'op99']
  const sessions = ['op98']
  return randomStory(choices, {
    stepsBelow: 30,
    ask: (builder, process) => {
      const kind = choices.pick([0, 0, 1, 1, 2, 3, 4, 4, 4, 4, 5, 5, 6, 6, 7, 8])
      const options = optionsOf(kind, builder.nextId, choices.pick(labels), choices.pick(sessions))
      const region = kind === 7 ? 'shop' : choices.pick([primary, replica])
      return [builder.invoke('u1', { process, region, ...options }), kind]
    },
    answerOf: (kind) => answerOf(choices, kind),
    onAnswered: (operation, kind) => {
      if (kind === 1) labels.push(operation)
      if (kind === 4 || kind === 5) sessions.push(operation)
    },
  })
}

/** 0 disable, 1 password, 2 factor, 3 revoke, 4 sign in, 5 refresh, 6 use, 7 visit, 8 enable. */
function optionsOf(kind: number, id: string, label: string, from: string): OperationOptions {
  const writes = (register: string, value: string | null): Pick<OperationOptions, 'writes'> => ({
    writes: [{ register: `u1/${register}`, value }],
  })
  if (kind === 0) return { function: 'disable-user', ...writes('enabled', 'disabled') }
  if (kind === 1) return { function: 'set-password', ...writes('password', id) }
  if (kind === 2) return { function: 'prefer-totp', ...writes('factor', 'totp') }
  if (kind === 3) return { function: 'revoke', ...writes(`revoked:${from}`, 'revoked') }
  if (kind === 8) return { function: 'enable-user', ...writes('enabled', null) }
  if (kind === 4) return { function: 'sign-in', arguments: { password: label } }
  if (kind === 5) {
    return { function: 'refresh', arguments: { refreshToken: { from, field: 'refreshToken' } } }
  }
  const accessToken = { from, field: 'accessToken' } as const
  return { function: kind === 6 ? 'use-token' : 'visit', arguments: { accessToken } }
}

function answerOf(choices: Choices, kind: number): AnswerOptions {
  const outcome = choices.below(20)
  const isUse = kind >= 4 && kind <= 7
  if (outcome === 0) return { type: 'info' }
  if (outcome < (isUse ? 9 : 3)) {
    const meaning = choices.pick([
      'disabled',
      'wrong-credentials',
      'revoked',
      'factor-required',
      'token-refused',
      'throttled',
    ] as const)
    return { type: 'fail', code: meaning, meaning }
  }
  if (kind !== 4 && kind !== 5) return {}
  return outcome < 18 ? { tokens: [accessWith()] } : {}
}
