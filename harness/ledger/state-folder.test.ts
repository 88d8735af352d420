import { expect, test } from 'vitest'
import { ledgerPath, stateFolder } from './state-folder.ts'

// Goal: the folder follows the platform's rules. Method: the rule with chosen inputs.

const linux = { platform: 'linux', home: '/home/ada' } as const

test('INTERREGNUM_STATE_DIR wins over everything', () => {
  const environment = { INTERREGNUM_STATE_DIR: '/var/lib/x', XDG_STATE_HOME: '/state' }
  expect(stateFolder({ ...linux, environment })).toBe('/var/lib/x')
})

test('XDG_STATE_HOME is used where it is absolute', () => {
  const folder = (value: string): string =>
    stateFolder({ ...linux, environment: { XDG_STATE_HOME: value } })
  expect(folder('/state')).toBe('/state/interregnum')
  expect(folder('relative')).toBe('/home/ada/.local/state/interregnum')
})

test('the default is the platform’s place for state', () => {
  expect(stateFolder({ ...linux, environment: {} })).toBe('/home/ada/.local/state/interregnum')
  expect(stateFolder({ platform: 'darwin', home: '/Users/ada', environment: {} })).toBe(
    '/Users/ada/Library/Application Support/interregnum',
  )
})

test('each run has one file', () => {
  expect(ledgerPath('/state', '20260102T030405Z-0123456789ab')).toBe(
    '/state/runs/20260102T030405Z-0123456789ab.ndjson',
  )
})
