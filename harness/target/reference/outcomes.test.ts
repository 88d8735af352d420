import { describe, expect, it } from 'vitest'
import { answerMeanings } from '../../history/line.ts'
import { HttpError, type HttpFailure } from '../../http/http.ts'
import { DeadlineError } from '../../kernel/clock.ts'
import { referenceMeanings } from './meanings.ts'
import { referenceOutcomes } from './outcomes.ts'
import { json, performed, refusal, type Scripted } from './scripted.test.support.ts'

// Goal: only a definite refusal is `fail`; everything after which the write may have happened is
// `info`. Method: each kind of answer, through the client, as the history will hold it.

async function outcomeOf(answer: Scripted): Promise<string> {
  const { outcome } = await performed({ function: 'disable-user' }, answer)
  const status = outcome.error?.status === undefined ? '' : ` ${outcome.error.status}`
  return `${outcome.type} ${outcome.error?.code ?? ''}${status}`.trim()
}

const page = (status: number, text = '<html>gateway</html>', type = 'text/html') => ({
  status,
  headers: { 'content-type': type },
  body: Buffer.from(text),
})

describe('refusals of the Region', () => {
  it.each([
    ['Incorrect username or password.', 'wrong-password'],
    ['Password attempts exceeded', 'locked'],
    ['Access Token has been revoked', 'token-revoked'],
    ['Refresh Token has been revoked', 'token-revoked'],
    ['User is disabled.', 'user-disabled'],
    ['Invalid Refresh Token', 'refresh-token-refused'],
    ['Invalid session for the user, session is expired.', 'session-over'],
    ['SecretHash does not match for the client: c', 'NotAuthorizedException'],
  ])('NotAuthorizedException "%s" is %s', async (message, code) => {
    expect(await outcomeOf(refusal('NotAuthorizedException', message))).toBe(`fail ${code} 400`)
  })

  it.each([
    'UserNotFoundException',
    'UsernameExistsException',
    'OperationNotEnabledException',
    'TooManyRequestsException',
    'CodeMismatchException',
    'ResourceNotFoundException',
  ])('%s is definite', async (type) => {
    expect(await outcomeOf(refusal(type, 'x'))).toBe(`fail ${type} 400`)
  })

  it('takes the name of an exception with namespace and link, and from the header', async () => {
    expect(
      await Promise.all([
        outcomeOf(refusal('com.amazonaws.cognito#UserNotFoundException', 'x')),
        outcomeOf({
          ...page(400, '{"Message":"x"}', 'application/x-amz-json-1.1'),
          headers: { 'x-amzn-errortype': 'UserNotFoundException:http://internal.amazon.com/' },
        }),
      ]),
    ).toEqual(['fail UserNotFoundException 400', 'fail UserNotFoundException 400'])
  })

  it('an exception that nobody listed proves nothing', async () => {
    expect(await outcomeOf(refusal('NeverHeardOfException', 'x'))).toBe(
      'info NeverHeardOfException 400',
    )
  })
})

describe('answers that leave it open', () => {
  it.each<[string, Scripted]>([
    ['info InternalErrorException 500', refusal('InternalErrorException', 'x', 500)],
    ['info InternalErrorException 400', refusal('InternalErrorException', 'x', 400)],
    ['info server-error 500', refusal('UserNotFoundException', 'x', 500)],
    ['info server-error 503', page(503)],
    ['info server-error 502', page(502, '')],
    ['info server-error 501', page(501)],
    ['info not-the-api 404', page(404)],
    ['info not-the-api 403', page(403, '{"error":"denied"}', 'application/json')],
    ['info not-the-api 429', page(429, 'slow down', 'text/plain')],
    ['info not-the-api 302', page(302, '')],
    ['info not-the-api 200', page(200)],
    ['info not-the-api 200', page(200, '{}', 'application/json')],
    ['info not-the-api 200', page(200, '')],
    ['info not-the-api 200', json(200, ['a list'])],
  ])('%s', async (expected, answer) => {
    expect(await outcomeOf(answer)).toBe(expected)
  })

  it('what is allowed but not part of the model certainly did not happen', async () => {
    expect(await outcomeOf(refusal('OperationNotBuilt', 'x', 501))).toBe(
      'fail OperationNotBuilt 501',
    )
  })
})

describe('exchanges that broke', () => {
  const broken = (sent: 'no' | 'maybe', failure: HttpFailure) =>
    outcomeOf(new HttpError('broken', { sent, failure }))

  it('is definite only where no byte left', async () => {
    const failures = ['refused', 'reset', 'closed', 'deadline', 'aborted', 'other'] as const
    expect(await Promise.all(failures.map((failure) => broken('no', failure)))).toEqual([
      'fail connection-refused',
      'fail not-sent',
      'fail not-sent',
      'fail not-sent',
      'fail not-sent',
      'fail not-sent',
    ])
    expect(await Promise.all(failures.map((failure) => broken('maybe', failure)))).toEqual([
      'info transport',
      'info connection-reset',
      'info connection-reset',
      'info deadline',
      'info aborted',
      'info transport',
    ])
  })

  it('what is no failure of the exchange is thrown: it is a defect of the harness', async () => {
    await expect(outcomeOf(new DeadlineError('whose?'))).rejects.toThrow('whose?')
  })
})

describe('referenceMeanings', () => {
  it('has a word for every code, or says that there is none', () => {
    const codes = referenceOutcomes.entries.map(({ code }) => code)
    expect(Object.keys(referenceMeanings).sort()).toEqual(codes)
    for (const meaning of Object.values(referenceMeanings)) {
      expect(['none', ...answerMeanings]).toContain(meaning)
    }
  })

  it('stands beside the code in the outcome', async () => {
    const meaning = async (answer: Scripted) =>
      (await performed({ function: 'disable-user' }, answer)).outcome.error?.meaning
    expect([
      await meaning(refusal('NotAuthorizedException', 'Password attempts exceeded')),
      await meaning(refusal('OperationNotEnabledException', 'x')),
      await meaning(refusal('LimitExceededException', 'Attempt limit exceeded, please wait.')),
      await meaning(refusal('LimitExceededException', 'Too many replicas.')),
      await meaning(new HttpError('broken', { sent: 'no', failure: 'refused' })),
      await meaning(refusal('InvalidParameterException', 'x')),
      await meaning(refusal('constructor', 'x')),
    ]).toEqual(['locked', 'gated', 'locked', 'throttled', 'unavailable', undefined, undefined])
  })
})

describe('referenceOutcomes', () => {
  it('explains every code in one sentence', () => {
    for (const { code, doc, definite, outcome } of referenceOutcomes.entries) {
      expect([code, /^[A-Z0-9].*\.$/.test(doc), definite]).toEqual([code, true, outcome === 'fail'])
    }
    const codes = referenceOutcomes.entries.map(({ code }) => code)
    expect(codes).toEqual([...codes].sort())
  })

  it('leaves these open', () => {
    const open = referenceOutcomes.entries.filter(({ definite }) => !definite)
    expect(open.map(({ code }) => code)).toEqual([
      'InternalErrorException',
      'aborted',
      'connection-reset',
      'deadline',
      'malformed-answer',
      'not-the-api',
      'server-error',
      'transport',
    ])
  })
})
