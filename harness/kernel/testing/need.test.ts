import { expect, test, vi } from 'vitest'
import { need } from './need.ts'

class Skipped extends Error {}

const context = {
  skip: (note?: string): never => {
    throw new Skipped(note)
  },
}

test('what is there is given, what is missing skips by name', () => {
  vi.stubEnv('INTERREGNUM_REQUIRE', '')
  expect(need(context, 'chromium', '/usr/bin/chromium')).toBe('/usr/bin/chromium')
  expect(() => need(context, 'chromium', undefined)).toThrow(Skipped)
  expect(() => need(context, 'chromium', undefined)).toThrow(/needs chromium/)
})

test('what is required and missing is a failure, not a skip', () => {
  vi.stubEnv('INTERREGNUM_REQUIRE', 'docker, chromium')
  expect(() => need(context, 'chromium', undefined)).toThrow(
    /INTERREGNUM_REQUIRE asks for chromium/,
  )
  expect(() => need(context, 'postgres', undefined)).toThrow(Skipped)
  vi.unstubAllEnvs()
})
