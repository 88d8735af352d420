import { expect, test } from 'vitest'
import { secrets } from './secrets.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, primary, replica } from './testing/history-builder.ts'

const wrong = { type: 'fail', meaning: 'wrong-credentials' } as const

function signIn(builder: HistoryBuilder, secret: string, answer = {}, region = primary): void {
  const options = { function: 'machine-sign-in', region, arguments: { secret } } as const
  builder.perform('m1', options, answer)
}

function deleteFirst(builder: HistoryBuilder): void {
  const writes = [{ register: 'm1/secret:first', value: 'deleted' }]
  builder.perform('m1', { function: 'delete-secret', writes })
}

function addSecond(builder: HistoryBuilder): string {
  const second = builder.nextId
  const writes = [{ register: `m1/secret:${second}`, value: second }]
  builder.perform('m1', { function: 'add-secret', writes })
  return second
}

function figuresOf(builder: HistoryBuilder) {
  const { measurements, findings } = check(secrets, builder.end())
  const figures = Object.fromEntries(measurements.map((entry) => [entry.name, entry]))
  return {
    gap: figures['secrets.gapSeconds'],
    old: figures['secrets.oldAcceptedSeconds'],
    findings,
  }
}

test('a gap is at least as long as from the first refusal to the sending of the last', () => {
  const builder = new HistoryBuilder()
  signIn(builder, 'first')
  signIn(builder, 'first', wrong)
  builder.wait(500)
  signIn(builder, 'first', wrong)
  signIn(builder, 'first')
  const { gap, findings } = figuresOf(builder)
  // Refused at 10 ms, and again as sent at 511 ms.
  expect(gap).toMatchObject({ value: { low: 0.501 }, samples: 4 })
  expect(gap?.value.high).toBeGreaterThanOrEqual(0.501)
  expect(findings).toMatchObject([{ kind: 'no-secret-works', region: primary, operation: 'op3' }])
})

test('while another secret may work there is no certain gap', () => {
  const builder = new HistoryBuilder()
  signIn(builder, 'first')
  addSecond(builder)
  signIn(builder, 'first', wrong)
  builder.wait(500)
  signIn(builder, 'first', wrong)
  const { gap, findings } = figuresOf(builder)
  expect(gap?.value.low).toBe(0)
  expect(findings).toEqual([])
})

test('where nobody tried a secret that existed, it may not have worked', () => {
  const builder = new HistoryBuilder()
  signIn(builder, 'first')
  signIn(builder, 'first', {}, replica)
  const second = addSecond(builder)
  deleteFirst(builder)
  builder.wait(500)
  signIn(builder, second)
  signIn(builder, second, {}, replica)
  const { gap, findings } = figuresOf(builder)
  // From the sending of the last success of one to the end of the first success of the other.
  expect(gap).toMatchObject({ value: { low: 0, high: 0.524 }, samples: 4 })
  expect(gap?.inconclusive).toBeUndefined()
  expect(findings).toEqual([])
})

test('a rotation that is tried in both Regions all the time leaves no gap', () => {
  const builder = new HistoryBuilder()
  const second = addSecond(builder)
  for (const secret of ['first', second, 'first']) {
    for (const region of [primary, replica]) signIn(builder, secret, {}, region)
  }
  deleteFirst(builder)
  builder.wait(500)
  for (const region of [primary, replica]) signIn(builder, second, {}, region)
  expect(figuresOf(builder).gap).toMatchObject({ value: { low: 0, high: 0 }, samples: 8 })
})

test('the first try opens the time that is measured, unless it was of a deleted secret', () => {
  const builder = new HistoryBuilder()
  const second = addSecond(builder)
  deleteFirst(builder)
  for (const region of [primary, replica]) signIn(builder, 'first', {}, region)
  builder.wait(500)
  for (const region of [primary, replica]) signIn(builder, second, {}, region)
  expect(figuresOf(builder).gap?.value.high).toBeGreaterThan(0.5)
})

test('of the time after the last change nothing is known unless somebody tried', () => {
  const builder = new HistoryBuilder()
  const second = addSecond(builder)
  for (const secret of ['first', second, 'first']) {
    for (const region of [primary, replica]) signIn(builder, secret, {}, region)
  }
  deleteFirst(builder)
  signIn(builder, second)
  expect(figuresOf(builder).gap?.value).toEqual({ low: 0, high: Number.POSITIVE_INFINITY })
})

test('of a Region in which a client with new secrets never signed in nothing is known', () => {
  const builder = new HistoryBuilder()
  signIn(builder, 'first')
  const second = addSecond(builder)
  signIn(builder, second)
  signIn(builder, 'first')
  expect(figuresOf(builder).gap).toMatchObject({
    value: { low: 0, high: Number.POSITIVE_INFINITY },
    samples: 3,
  })
})

test('throttling says nothing of a secret', () => {
  const builder = new HistoryBuilder()
  signIn(builder, 'first')
  for (let count = 0; count < 2; count += 1) {
    signIn(builder, 'first', { type: 'fail', meaning: 'throttled' })
  }
  signIn(builder, 'first')
  const { gap } = figuresOf(builder)
  expect(gap).toMatchObject({ value: { low: 0, high: 0 }, samples: 2 })
})

test('a deleted secret that a Region still takes is told with how long', () => {
  const builder = new HistoryBuilder()
  const second = addSecond(builder)
  signIn(builder, second, {}, replica)
  deleteFirst(builder)
  builder.wait(300)
  signIn(builder, 'first', {}, replica)
  signIn(builder, 'first', wrong, replica)
  const { old, findings } = figuresOf(builder)
  expect(old).toMatchObject({ value: { low: 0.301, high: 0.314 }, samples: 1 })
  expect(findings.map(({ message }) => message)).toEqual([
    'eu-west-1 still took the deleted secret of machine client m1 301 ms after its deletion was acknowledged',
  ])
})

test('without sign-ins of machine clients nothing was seen', () => {
  const { gap, old } = figuresOf(new HistoryBuilder())
  expect([gap?.samples, gap?.inconclusive]).toEqual([0, 'no machine client signed in'])
  expect([old?.samples, old?.inconclusive]).toEqual([
    0,
    'no secret was used after it had been deleted',
  ])
})
