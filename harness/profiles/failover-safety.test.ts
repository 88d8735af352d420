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

test('this version judges FS-36, FS-37 and FS-39; each threshold has a bound and a reason', () => {
  const judged = failoverSafety.requirements.filter((one) => one.judgements.length > 0)
  expect(judged.map((one) => one.id)).toEqual(['FS-36', 'FS-37', 'FS-39'])
  for (const { checkers, judgements } of judged) {
    for (const { measurement, atMost, atLeast, reason } of judgements) {
      expect(checkers).toContain(measurement.slice(0, measurement.indexOf('.')))
      expect(atMost ?? atLeast).toBeTypeOf('number')
      expect(reason).not.toBe('')
    }
    expect(judgements.some((judgement) => judgement.optional !== true)).toBe(true)
  }
})

test('what nothing judges yet names no checker', () => {
  for (const { checkers, judgements } of failoverSafety.requirements) {
    expect(checkers.length === 0).toBe(judgements.length === 0)
  }
})

test('a rule is found by its id', () => {
  expect(findRequirement('FS-36')?.name).toBe('acknowledged-writes')
  expect(findRequirement('FS-99')).toBeUndefined()
  expect(profiles.map((profile) => profile.name)).toEqual(['failover-safety'])
})
