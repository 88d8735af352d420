import { expect, test } from 'vitest'
import { faults } from '../../nemesis/faults/index.ts'
import { scenario } from '../../scenario/scenario.ts'
import { skipReason } from '../../scenario/skip-reason.ts'
import { lockedByAdministrator, registerValue } from './directory.ts'
import { meaningOf, openldapOutcomes, resultCode } from './outcomes.ts'
import { openldapTarget } from './target.ts'

test('an entry shows what operations wrote, and nothing that nobody set', () => {
  const entry = new Map([
    ['employeenumber', 'op1'],
    ['displayname', 'op2'],
    ['sn', '-'],
    ['pwdaccountlockedtime', lockedByAdministrator],
  ])
  const registers = ['existence', 'enabled', 'attribute:nickname', 'attribute:family_name']
  const of = (read: typeof entry | undefined): unknown =>
    registers.map((name) => registerValue(`ada/${name}`, read))
  expect(of(entry)).toEqual(['op1', 'disabled', 'op2', null])
  expect(of(undefined)).toEqual([null, null, null, null])
  const locked = new Map([['pwdaccountlockedtime', '20261122021500Z']])
  expect(registerValue('ada/enabled', locked)).toBeNull()
  expect(registerValue('ada/password', entry)).toBeUndefined()
})

test('a result is definite only where the server says that it did nothing', () => {
  const outcomes = [10, 32, 49, 52, 68, 80, 123].map((code) => {
    const name = resultCode(code)
    return [name, openldapOutcomes.outcomeOf(name), meaningOf(name)]
  })
  expect(outcomes).toEqual([
    ['referral', 'fail', 'gated'],
    ['noSuchObject', 'fail', 'absent'],
    ['invalidCredentials', 'fail', 'wrong-credentials'],
    ['unavailable', 'info', 'unavailable'],
    ['entryAlreadyExists', 'fail', undefined],
    ['other', 'info', 'unavailable'],
    ['result-123', 'info', 'unavailable'],
  ])
})

test('what the system cannot take is skipped with the reason', () => {
  const reasonOf = (
    needs: Parameters<typeof scenario>[1]['needs'],
    world: 'sim' | 'process',
    switches = {},
  ) =>
    skipReason(
      scenario('x', { claim: 'It holds.', requirements: ['FS-36'], needs, run: async () => {} }),
      { world, storage: 'memory', switches },
      openldapTarget,
      faults,
    )
  expect([
    reasonOf({ faults: ['cut', 'region-loss'], functions: ['sign-in'] }, 'process'),
    reasonOf({ faults: ['cut'] }, 'sim'),
    reasonOf({ faults: ['clock-skew'] }, 'process'),
    reasonOf({ faults: [], router: {} }, 'process'),
    reasonOf({ faults: [], relyingParties: [{ name: 'shop', kind: 'jose' }] }, 'process'),
    reasonOf({ faults: [], functions: ['refresh'] }, 'process'),
    reasonOf({ faults: ['promotion'] }, 'process'),
    reasonOf({ faults: ['promotion'] }, 'process', { writers: 'both' }),
    reasonOf({ faults: [], replicaWrites: true }, 'process'),
    reasonOf({ faults: [], replicaWrites: true }, 'process', { writers: 'both' }),
  ]).toEqual([
    undefined,
    'the target runs in the process world',
    'needs the fault "clock-skew": the wall clock of slapd is that of the machine',
    'needs "router": no global endpoint leads to it',
    'needs a relying party "jose", which the target cannot start',
    'needs "refresh", which the target lacks',
    undefined,
    'needs the fault "promotion", and the target declares no promotion',
    'needs a replica that takes writes',
    undefined,
  ])
})
