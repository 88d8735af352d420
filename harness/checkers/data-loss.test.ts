import { expect, test } from 'vitest'
import type { EventLine } from '../history/line.ts'
import type { CheckerResult } from './checker.ts'
import { dataLoss } from './data-loss.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, heldReplication, primary, replica } from './testing/history-builder.ts'

const nickname = 'u1/attribute:nickname'

function figures(result: CheckerResult, ...names: readonly string[]): unknown {
  return Object.fromEntries(
    names.map((name) => {
      const found = result.measurements.find((entry) => entry.name === `data-loss.${name}`)
      return [
        name,
        found && [found.value.low, found.value.high, found.inconclusive ?? 'conclusive'],
      ]
    }),
  )
}

function kinds(result: CheckerResult): readonly string[] {
  return result.findings.map(({ kind, operation }) => `${kind} ${operation}`)
}

/** Ten writes, the loss of the primary, and what the replica then shows. */
function lossShowing(
  value: string | null,
  after: (builder: HistoryBuilder) => void = () => {},
): readonly EventLine[] {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  for (let count = 0; count < 10; count += 1) builder.write('u1')
  builder.strike('fault1').route(replica, primary)
  builder.read('u1', replica, 'cutover-read', { [nickname]: value })
  after(builder)
  return builder.end()
}

function finals(atPrimary: string | null, atReplica = atPrimary): (b: HistoryBuilder) => void {
  return (builder) => {
    builder.heal('fault1').mark('settle-start').mark('settled')
    builder.read('u1', primary, 'final-read', { [nickname]: atPrimary })
    builder.read('u1', replica, 'final-read', { [nickname]: atReplica })
  }
}

test('loss in seconds lies between the bounds of the oldest missing write', () => {
  // Writes take 5 ms each: op8 runs from 37 to 41 ms; the disaster from 52 to 63 ms.
  const result = check(dataLoss, lossShowing('op7', finals('op10')))
  expect(figures(result, 'missingOperations', 'observedLossSeconds')).toEqual({
    missingOperations: [3, 3, 'conclusive'],
    observedLossSeconds: [0.011, 0.026, 'conclusive'],
  })
})

test('what both Regions show after the heal was stranded', () => {
  const result = check(dataLoss, lossShowing('op7', finals('op10')))
  expect(figures(result, 'strandedOperations', 'lostOperations', 'unresolvedOperations')).toEqual({
    strandedOperations: [3, 3, 'conclusive'],
    lostOperations: [0, 0, 'conclusive'],
    unresolvedOperations: [0, 0, 'conclusive'],
  })
  expect(kinds(result)).toEqual(['missing op8', 'missing op9', 'missing op10'])
})

test('what the authority does not show at the end is lost', () => {
  const result = check(dataLoss, lossShowing('op9', finals('op9')))
  expect(kinds(result)).toEqual(['lost op10'])
  expect(result.findings[0]).toMatchObject({
    user: 'u1',
    region: primary,
    operation: 'op10',
    measurement: 'data-loss.lostOperations',
  })
})

test('without the primary what is missing is unresolved', () => {
  const result = check(dataLoss, lossShowing('op9'))
  expect(kinds(result)).toEqual(['unresolved op10'])
  expect(figures(result, 'unresolvedOperations', 'lostOperations')).toEqual({
    unresolvedOperations: [1, 1, 'conclusive'],
    lostOperations: [0, 0, 'the primary us-east-1 was not read at the end'],
  })
})

test('what could not be read in the end may be stranded as well as unresolved', () => {
  const swept = (builder: HistoryBuilder): void => {
    builder.heal('fault1').mark('settle-start').mark('settled')
    builder.read('u1', primary, 'final-read', { 'u1/enabled': 'disabled' })
    builder.read('u1', replica, 'final-read', { 'u1/enabled': 'disabled' })
  }
  const result = check(dataLoss, lossShowing('op9', swept))
  expect(kinds(result)).toContain('missing op10')
  expect(figures(result, 'strandedOperations', 'unresolvedOperations')).toEqual({
    strandedOperations: [0, 1, 'conclusive'],
    unresolvedOperations: [0, 1, 'conclusive'],
  })
})

test('a write concurrent with the one that was shown is missing at most', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  for (let count = 0; count < 10; count += 1) builder.write('u1')
  const options = (value: string, process: number) => ({
    process,
    function: 'update-attribute' as const,
    writes: [{ register: nickname, value }],
  })
  const one = builder.invoke('u1', options('op11', 1))
  const two = builder.invoke('u1', options('op12', 2))
  builder.complete(one)
  builder.complete(two)
  builder.strike('fault1').route(replica, primary)
  builder.read('u1', replica, 'cutover-read', { [nickname]: 'op11' })
  const result = check(dataLoss, builder.end())
  expect(figures(result, 'missingOperations')).toEqual({ missingOperations: [0, 1, 'conclusive'] })
  expect(kinds(result)).toEqual([])
})

test('nothing missing proves nothing unless enough was acknowledged just before', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  const last = builder.write('u1')
  builder.strike('fault1').route(replica, primary)
  builder.read('u1', replica, 'cutover-read', { [nickname]: last })
  const quiet = check(dataLoss, builder.end())
  expect(figures(quiet, 'observedLossSeconds')).toEqual({
    observedLossSeconds: [
      0,
      0,
      'only 1 writes were acknowledged in the second before the disaster; 10 are needed',
    ],
  })
  const busy = check(dataLoss, lossShowing('op10', finals('op10')))
  expect(figures(busy, 'observedLossSeconds')).toEqual({
    observedLossSeconds: [0, 0, 'conclusive'],
  })
})

test('an unknown write is never missing, but explains what is shown', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  builder.write('u1')
  const unknown = builder.write('u1', 'nickname', { type: 'info' })
  const options = { process: 1, function: 'read-user' } as const
  builder.perform('u1', options, { observed: { [nickname]: unknown } })
  builder.mark('settle-start').mark('settled')
  builder.read('u1', primary, 'final-read', { [nickname]: 'op1' }, 1)
  expect(kinds(check(dataLoss, builder.end()))).toEqual([])
})

test('the value of a refused write is a phantom, also if it was shown before the refusal', () => {
  const builder = new HistoryBuilder()
  const writes = [{ register: nickname, value: 'op1' }]
  const write = builder.invoke('u1', { function: 'update-attribute', writes })
  builder.read('u1', replica, 'workload', { [nickname]: write }, 1)
  builder.complete(write, { type: 'fail' })
  expect(kinds(check(dataLoss, builder.end()))).toEqual(['phantom op2'])
})

test('an absent user lacks everything that was acknowledged for it', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  for (let count = 0; count < 10; count += 1) builder.write('u2')
  builder.strike('fault2', heldReplication)
  builder.signUp('u1')
  builder.write('u1')
  builder.strike('fault1').route(replica, primary)
  const absent = { 'u1/existence': null, [nickname]: null }
  builder.read('u1', replica, 'cutover-read', absent)
  builder.read('u2', replica, 'cutover-read', { 'u2/attribute:nickname': 'op10' })
  const result = check(dataLoss, builder.end())
  expect(
    figures(
      result,
      'missingOperations',
      'missingOperations.sign-ups',
      'missingOperations.credentials',
      'missingOperations.profile',
    ),
  ).toEqual({
    missingOperations: [3, 3, 'conclusive'],
    'missingOperations.sign-ups': [1, 1, 'conclusive'],
    'missingOperations.credentials': [1, 1, 'conclusive'],
    'missingOperations.profile': [1, 1, 'conclusive'],
  })
})

test('nothing else is expected of a user whose delete arrived', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  builder.signUp('u1')
  builder.write('u1')
  builder.wait(150)
  builder.deleteUser('u1')
  builder.strike('fault1').route(replica, primary)
  builder.read('u1', replica, 'cutover-read', { 'u1/existence': null, [nickname]: null })
  const result = check(dataLoss, builder.end())
  expect(figures(result, 'missingOperations')).toEqual({ missingOperations: [0, 0, 'conclusive'] })
})

test('nobody can tell a held sign-up from a delete that arrived', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null).strike('fault2', heldReplication)
  builder.signUp('u1')
  builder.write('u1')
  builder.deleteUser('u1')
  builder.strike('fault1').route(replica, primary)
  builder.read('u1', replica, 'cutover-read', { 'u1/existence': null, [nickname]: null })
  const result = check(dataLoss, builder.end())
  expect(figures(result, 'missingOperations')).toEqual({ missingOperations: [0, 4, 'conclusive'] })
})

test('a password is known by the sign-in that works, or if every label is refused', () => {
  const password = 'u1/password'
  const history = (works: boolean): readonly EventLine[] => {
    const builder = new HistoryBuilder()
    builder.route(primary, null)
    builder.signUp('u1')
    builder.wait(150).strike('fault2', heldReplication)
    const writes = [{ register: password, value: builder.nextId }]
    const changed = builder.perform('u1', { function: 'set-password', writes })
    builder.strike('fault1').route(replica, primary)
    builder.read('u1', replica, 'cutover-read', { 'u1/existence': 'op1' })
    const signIn = (label: string, ok: boolean): void => {
      const options = { function: 'sign-in', purpose: 'cutover-read', region: replica } as const
      const attempt = { ...options, arguments: { password: label }, reads: [password] }
      const answer = ok ? { observed: { [password]: label } } : { type: 'fail' as const }
      builder.perform('u1', attempt, ok ? answer : { ...answer, code: 'wrong-password' })
    }
    signIn(changed, false)
    signIn('op1', works)
    return builder.end()
  }
  const missing = (works: boolean): unknown =>
    figures(check(dataLoss, history(works)), 'missingOperations')
  expect(missing(true)).toEqual({ missingOperations: [1, 1, 'conclusive'] })
  expect(missing(false)).toEqual({ missingOperations: [2, 2, 'conclusive'] })
})

test('a user shown again after the Region had shown the delete is back', () => {
  const builder = new HistoryBuilder()
  builder.signUp('u1')
  builder.wait(200).read('u1', replica, 'workload', { 'u1/existence': 'op1' })
  builder.deleteUser('u1')
  builder.read('u1', replica, 'workload', { 'u1/existence': 'op1' })
  expect(kinds(check(dataLoss, [...builder.lines]))).toEqual([])
  builder.read('u1', replica, 'workload', { 'u1/existence': null })
  builder.read('u1', replica, 'workload', { 'u1/existence': 'op1' })
  expect(kinds(check(dataLoss, builder.end()))).toEqual(['resurrected op3'])
})

test('a history without a disaster says nothing of loss at the cutover', () => {
  const builder = new HistoryBuilder()
  builder.write('u1')
  builder.mark('settle-start').mark('settled')
  builder.read('u1', primary, 'final-read', { [nickname]: null })
  const result = check(dataLoss, builder.end())
  expect(figures(result, 'missingOperations', 'lostOperations')).toEqual({
    missingOperations: undefined,
    lostOperations: [1, 1, 'conclusive'],
  })
})
