import { expect, test } from 'vitest'
import { failoverSafety } from './failover-safety.ts'
import { findRequirement, profiles } from './index.ts'

test('the catalogue holds the 39 rules, each once and complete', () => {
  const ids = failoverSafety.requirements.map((requirement) => requirement.id)
  expect(ids).toEqual(
    Array.from({ length: 39 }, (_, index) => `FS-${String(index + 1).padStart(2, '0')}`),
  )
  for (const { name, area, act, observe } of failoverSafety.requirements) {
    for (const text of [name, area, act, observe]) expect(text.trim()).not.toBe('')
  }
  expect(new Set(failoverSafety.requirements.map((one) => one.name)).size).toBe(39)
})

test('each judged rule has bounds with reasons, and something that it cannot do without', () => {
  const judged = failoverSafety.requirements.filter((one) => one.judgements.length > 0)
  expect(judged.map((one) => one.id)).toEqual(expect.arrayContaining(['FS-36', 'FS-37', 'FS-39']))
  for (const { id, checkers, judgements } of judged) {
    for (const { measurement, atMost, atLeast, reason } of judgements) {
      expect(checkers).toContain(measurement.slice(0, measurement.indexOf('.')))
      expect(atMost ?? atLeast, measurement).toBeTypeOf('number')
      expect(reason, measurement).not.toBe('')
    }
    expect(
      judgements.some((judgement) => judgement.optional !== true),
      id,
    ).toBe(true)
    const named = new Set(judgements.map(({ measurement }) => measurement.split('.')[0]))
    expect([...named].sort(), id).toEqual([...checkers].sort())
  }
})

test('what needs federation, passkeys or messages says so, and nothing else is excused', () => {
  const excused = failoverSafety.requirements.filter((one) => one.notJudged !== undefined)
  expect(excused.map((one) => one.id)).toEqual(['FS-22', 'FS-26', 'FS-32', 'FS-33'])
  for (const { id, checkers, judgements, notJudged } of excused) {
    expect(notJudged).toMatch(/needs (?:messages|passkeys|federation)/)
    // Of FS-22 the SAML response alone is left out.
    if (id !== 'FS-22') expect([checkers, judgements]).toEqual([[], []])
  }
})

test('what nothing judges names no checker', () => {
  for (const { checkers, judgements } of failoverSafety.requirements) {
    expect(checkers.length === 0).toBe(judgements.length === 0)
  }
})

test('a rule is found by its id', () => {
  expect(findRequirement('FS-36')?.name).toBe('acknowledged-writes')
  expect(findRequirement('FS-99')).toBeUndefined()
  expect(profiles.map((profile) => profile.name)).toEqual(['failover-safety', 'cognito-mrr'])
})
