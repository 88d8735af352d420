import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { totpStepMicros } from '../totp.ts'
import { type Attempt, type PairCalls, startPairCalls } from './pair-calls.test.support.ts'

// Goal: guesses, SRP, remembered devices and the replica's status are understood by the reference
// stack. Method: a real pair on real sockets; what replication brings is polled for.

let calls: PairCalls

beforeAll(async () => {
  calls = await startPairCalls()
})

afterAll(async () => {
  await calls?.[Symbol.asyncDispose]()
})

const code = ({ type, error }: Attempt): string => error?.code ?? type

describe('SRP', () => {
  it('proves the password in both Regions, and a wrong label is wrong', async () => {
    const password = await calls.user('srp')
    for (const role of ['primary', 'replica'] as const) {
      const { srp = '' } = await calls.must(role, 'start-srp', 'srp')
      const tokens = await calls.must(role, 'answer-srp', 'srp', { srp, password })
      expect(tokens.accessToken).toBeTypeOf('string')
      const again = await calls.must(role, 'start-srp', 'srp')
      const wrong = { srp: again.srp ?? '', password: 'another' }
      expect(code(await calls.perform(role, 'answer-srp', 'srp', wrong))).toBe('wrong-password')
    }
  })
})

describe('guesses', () => {
  it('of a password are evaluated until the Region locks; the other does not know', async () => {
    await calls.user('attacked')
    const guess = (role: 'primary' | 'replica') => calls.perform(role, 'guess-password', 'attacked')
    const seen: string[] = []
    for (let count = 0; count < 6; count += 1) seen.push(code(await guess('primary')))
    expect(seen).toEqual([...Array(5).fill('wrong-password'), 'locked'])
    expect(code(await guess('replica'))).toBe('wrong-password')
  })

  it('of a code are wrong, and a code that was used is refused', async () => {
    const password = await calls.user('totp')
    const { accessToken = '' } = await calls.must('primary', 'sign-in', 'totp', { password })
    const { totpSecret = '' } = await calls.must('primary', 'associate-totp', 'totp', {
      accessToken,
    })
    await calls.must('primary', 'verify-totp', 'totp', { accessToken, totpSecret })
    await calls.must('primary', 'prefer-totp', 'totp')
    calls.ahead(totpStepMicros)
    const session = async () =>
      (await calls.must('primary', 'sign-in', 'totp', { password })).session ?? ''
    const guess = { session: await session(), totpSecret }
    expect(code(await calls.perform('primary', 'guess-code', 'totp', guess))).toBe(
      'CodeMismatchException',
    )
    const right = await calls.must('primary', 'answer-totp', 'totp', guess)
    expect(right.code).toMatch(/^\d{6}$/)
    const replay = { session: await session(), code: right.code ?? '' }
    expect(code(await calls.perform('primary', 'replay-totp', 'totp', replay))).toBe(
      'ExpiredCodeException',
    )
  })

  it('of a code for a lost password find no code', async () => {
    await calls.user('lost')
    const guess = await calls.perform('primary', 'guess-reset-code', 'lost')
    expect(code(guess)).toBe('ExpiredCodeException')
  })
})

describe('a device', () => {
  it('that was confirmed proves itself in both Regions until it is forgotten', async () => {
    const user = 'with-device'
    const password = await calls.user(user)
    const offer = await calls.must('primary', 'sign-in', user, { password })
    const { accessToken = '', device: offered = '' } = offer
    const confirm = { accessToken, device: offered }
    const { device = '' } = await calls.must('primary', 'confirm-device', user, confirm)
    for (const role of ['primary', 'replica'] as const) {
      const begun = await calls.until(
        () => calls.perform(role, 'sign-in', user, { password, device }),
        (outcome) => outcome.results?.session !== undefined,
      )
      const session = begun.results?.session ?? ''
      const { srp = '' } = await calls.must(role, 'start-device', user, { session, device })
      const tokens = await calls.must(role, 'answer-device', user, { srp, device })
      expect(tokens.accessToken).toBeTypeOf('string')
    }
    await calls.must('primary', 'forget-device', user, { device })
    const again = await calls.perform('primary', 'sign-in', user, { password, device })
    expect([code(again), again.error?.meaning]).toEqual(['device-unknown', 'absent'])
    await calls.must('primary', 'confirm-device', user, confirm)
    await calls.must('primary', 'forget-device', user, { device, accessToken })
  })
})

describe('the replica', () => {
  it('takes no user while it is not active, at the word of either Region', async () => {
    const password = await calls.user('switched')
    const signIn = () => calls.perform('replica', 'sign-in', 'switched', { password })
    await calls.must('primary', 'deactivate-replica', 'pool')
    const off = await calls.until(signIn, ({ type }) => type !== 'ok')
    expect(code(off)).toBe('OperationNotEnabledException')
    await calls.must('replica', 'activate-replica', 'pool')
    expect(code(await calls.until(signIn, ({ type }) => type === 'ok'))).toBe('ok')
  })
})
