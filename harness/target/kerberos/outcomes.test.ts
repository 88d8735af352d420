import { expect, test } from 'vitest'
import { codeOfWords, failedOutcome, kerberosOutcomes } from './outcomes.ts'

// Goal: what programs of MIT Kerberos say is told apart, and nothing is definite that is not.
// Method: their words, as release 1.20.1 writes them.

test.for([
  [
    "kinit: Client's credentials have been revoked while getting initial credentials",
    { type: 'fail', error: { code: 'client-revoked', meaning: 'locked' } },
  ],
  [
    'kinit: Password incorrect while getting initial credentials',
    { type: 'fail', error: { code: 'wrong-password', meaning: 'wrong-credentials' } },
  ],
  [
    "kinit: Client 'zzz@INTERREGNUM.TEST' not found in Kerberos database while getting initial credentials",
    { type: 'fail', error: { code: 'no-principal', meaning: 'absent' } },
  ],
  [
    "kinit: Cannot contact any KDC for realm 'INTERREGNUM.TEST' while getting initial credentials",
    { type: 'info', error: { code: 'no-kdc', meaning: 'unavailable' } },
  ],
  [
    'kadmin: Communication failure with server while initializing kadmin interface',
    { type: 'fail', error: { code: 'not-initialized', meaning: 'unavailable' } },
  ],
  [
    'change_password: Communication failure with server while changing password for "ada".',
    { type: 'info', error: { code: 'no-kdc', meaning: 'unavailable' } },
  ],
  [
    'set_string: Operation requires ``modify\'\' privilege while setting attribute on principal "ada"',
    { type: 'fail', error: { code: 'privilege-required', meaning: 'gated' } },
  ],
  [
    'modify_principal: Principal does not exist while getting "nob@INTERREGNUM.TEST".',
    { type: 'fail', error: { code: 'no-principal', meaning: 'absent' } },
  ],
  ['Killed', { type: 'info', error: { code: 'other', meaning: 'unavailable' } }],
] as const)('%s', ([words, outcome]) => {
  expect(failedOutcome(codeOfWords(words))).toEqual(outcome)
})

test('half a session and an answer that did not come are never definite', () => {
  for (const code of ['half-done', 'deadline', 'aborted', 'other', 'never-heard-of']) {
    expect(failedOutcome(code).type).toBe('info')
  }
  expect(kerberosOutcomes.outcomeOf('not-sent')).toBe('fail')
})
