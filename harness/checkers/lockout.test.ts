import { expect, test } from 'vitest'
import type { EventLine } from '../history/line.ts'
import { lockout } from './lockout.ts'
import { check } from './testing/agreement.ts'
import {
  type AnswerOptions,
  HistoryBuilder,
  type OperationOptions,
  primary,
  replica,
} from './testing/history-builder.ts'

const wrong = { type: 'fail', code: 'wrong-password', meaning: 'wrong-credentials' } as const
const locked = { type: 'fail', code: 'locked', meaning: 'locked' } as const

function started(): HistoryBuilder {
  return new HistoryBuilder().route(primary, null)
}

/** A guess at u1 by the attacker, or at c1 as the control. */
function guess(
  builder: HistoryBuilder,
  user: 'u1' | 'c1',
  region: string,
  answer: AnswerOptions = wrong,
  more: OperationOptions = {},
): string {
  const purpose = user === 'u1' ? 'guess' : 'guess-control'
  return builder.perform(user, { function: 'guess-password', purpose, region, ...more }, answer)
}

function own(builder: HistoryBuilder, region: string, answer: AnswerOptions = {}): string {
  const options = { function: 'sign-in', region, arguments: { password: 'op1' } } as const
  return builder.perform('u1', options, answer)
}

function times(count: number, action: () => void): void {
  for (let done = 0; done < count; done += 1) action()
}

function measured(lines: readonly EventLine[], ...names: readonly string[]): unknown {
  const { measurements } = check(lockout, lines)
  return names.map((name) => {
    const found = measurements.find((entry) => entry.name === `lockout.${name}`)
    return [found?.value.low, found?.value.high, found?.samples]
  })
}

test('the guess factor sets both Regions against one', () => {
  const builder = started()
  times(3, () => guess(builder, 'c1', primary))
  guess(builder, 'c1', primary, locked)
  for (const region of [primary, replica]) {
    times(3, () => guess(builder, 'u1', region))
    guess(builder, 'u1', region, locked)
  }
  const lines = builder.end()
  expect(
    measured(
      lines,
      'guessFactor',
      'guessesAdmitted',
      'guessesAdmittedControl',
      'guessesAdmittedPerRegionMax',
      'regionsAttacked',
    ),
  ).toEqual([
    [2, 2, 12],
    [6, 6, 8],
    [3, 3, 4],
    [3, 3, 8],
    [2, 2, 8],
  ])
  expect(check(lockout, lines).findings).toMatchObject([
    {
      kind: 'more-guesses',
      user: 'u1',
      message:
        'an attacker was admitted 6 guesses at u1 over 2 Regions, and 3 at a control user in one',
    },
  ])
})

test('a guess of which nobody knows counts as none or one', () => {
  const builder = started()
  guess(builder, 'c1', primary)
  guess(builder, 'u1', primary)
  guess(builder, 'u1', primary, { type: 'info' }, { process: 4 })
  builder.invoke('u1', { function: 'guess-password', purpose: 'guess', process: 5 })
  expect(measured(builder.end(), 'guessesAdmitted', 'guessFactor')).toEqual([
    [1, 3, 3],
    [1, 3, 4],
  ])
})

test('what was throttled, gated or never arrived was not evaluated', () => {
  const builder = started()
  for (const meaning of ['throttled', 'gated', 'unavailable', 'locked'] as const) {
    guess(builder, 'u1', primary, { type: 'fail', meaning })
  }
  expect(measured(builder.end(), 'guessesAdmitted')).toEqual([[0, 0, 4]])
})

test('without a control user there is no factor', () => {
  const builder = started()
  guess(builder, 'u1', primary)
  const { measurements } = check(lockout, builder.end())
  const factor = measurements.find(({ name }) => name === 'lockout.guessFactor')
  expect(factor).toMatchObject({ samples: 0, value: { high: Infinity } })
})

test('a guess that opens something was wrongly accepted', () => {
  const builder = started()
  guess(builder, 'u1', primary, {})
  const lines = builder.end()
  expect(measured(lines, 'wronglyAccepted')).toEqual([[1, 1, 1]])
  expect(check(lockout, lines).findings.map(({ kind }) => kind)).toEqual(['wrongly-accepted'])
})

/** The control is locked after three failures, for 60 ms at least. */
function attackedTwice(event: (builder: HistoryBuilder) => void, answers: AnswerOptions[]) {
  const builder = started()
  times(3, () => guess(builder, 'c1', primary))
  builder.wait(60)
  guess(builder, 'c1', primary, locked)
  times(3, () => guess(builder, 'u1', primary))
  event(builder)
  for (const answer of answers) guess(builder, 'u1', primary, answer)
  return builder.end()
}

test('a guess that is evaluated inside the lock of the control was given by a reset', () => {
  const lines = attackedTwice((builder) => void builder.write('u1'), [wrong, wrong, locked])
  expect(measured(lines, 'countersReset')).toEqual([[2, 2, 3]])
  expect(check(lockout, lines).findings).toMatchObject([
    { kind: 'more-guesses' },
    { kind: 'counter-reset' },
    { kind: 'counter-reset' },
  ])
})

test('after the time that the control shows a lock may be over: that proves nothing', () => {
  const later = (builder: HistoryBuilder): void => void builder.wait(100).write('u1')
  expect(measured(attackedTwice(later, [wrong]), 'countersReset')).toEqual([[0, 1, 1]])
})

test('a counter that is kept over a flap shows it; without any event nothing is shown', () => {
  const flap = (builder: HistoryBuilder): void => {
    builder.route(replica, primary).route(primary, replica)
  }
  expect(measured(attackedTwice(flap, [locked]), 'countersReset')).toEqual([[0, 0, 1]])
  expect(
    measured(
      attackedTwice(() => undefined, [locked]),
      'countersReset',
    ),
  ).toEqual([[0, 0, 0]])
})

test('an owner who gets in resets the counter by right', () => {
  const event = (builder: HistoryBuilder): void => {
    builder.write('u1')
    own(builder, primary)
  }
  expect(measured(attackedTwice(event, [wrong]), 'countersReset')).toEqual([[0, 0, 0]])
})

test('owners who are locked after the cutover are kept out, each once', () => {
  const builder = started()
  guess(builder, 'u1', replica)
  own(builder, replica, locked)
  builder.strike('fault1').route(replica, primary)
  own(builder, replica, locked)
  own(builder, replica, locked)
  const lines = builder.end()
  expect(measured(lines, 'keptOutUsers')).toEqual([[1, 1, 1]])
  expect(check(lockout, lines).findings).toMatchObject([
    { kind: 'kept-out', user: 'u1', region: replica, operation: 'op3' },
  ])
})

test('a user who was never attacked says nothing of locks', () => {
  const builder = started().strike('fault1').route(replica, primary)
  own(builder, replica)
  expect(measured(builder.end(), 'keptOutUsers')).toEqual([[0, 0, 0]])
})

test('a lock crosses if the right password is locked out while it certainly lasts', () => {
  const attacked = (held: AnswerOptions): HistoryBuilder => {
    const builder = started()
    guess(builder, 'u1', primary, locked)
    builder.wait(150)
    own(builder, replica, held)
    return builder
  }
  const confirmed = (builder: HistoryBuilder, answer: AnswerOptions): readonly EventLine[] => {
    guess(builder, 'u1', primary, answer)
    return builder.end()
  }
  expect(measured(confirmed(attacked(locked), locked), 'locksCrossed')).toEqual([[1, 1, 1]])
  expect(measured(confirmed(attacked({}), locked), 'locksCrossed')).toEqual([[0, 0, 1]])
  expect(measured(confirmed(attacked({}), wrong), 'locksCrossed')).toEqual([[0, 0, 0]])
})

test('counts stay under a starved harness: they hold no time', () => {
  const builder = started()
  guess(builder, 'u1', primary)
  builder.harness(90_000, 20_000)
  const { measurements } = check(lockout, builder.end())
  const admittedThere = measurements.find(({ name }) => name === 'lockout.guessesAdmitted')
  expect(admittedThere?.inconclusive).toBeUndefined()
})
