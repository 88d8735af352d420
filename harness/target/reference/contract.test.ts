import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JwksLine } from '../../history/line.ts'
import type { Operation, OperationFunction } from '../../history/operation.ts'
import { systemClock } from '../../kernel/clock.ts'
import { keyedRandom } from '../../kernel/random.ts'
import { type Micros, millis, seconds } from '../../kernel/time.ts'
import { resolvePlan } from '../../plan/resolve.ts'
import type { Outcome, TargetSession } from '../contract.ts'
import { totpStepMicros } from '../totp.ts'
import { type RunningPair, runningPair } from './running-pair.test.support.ts'
import { referenceTarget } from './target.ts'

// Goal: every function of the target is understood by the reference stack, in both Regions.
// Method: a real pair on real sockets, set up by the target; what replication brings is polled for.

const plan = resolvePlan(
  { scenarios: ['any'], cryptography: { passwordHashCost: 2 } },
  { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
)
const regionNames = { primary: 'us-east-1', replica: 'us-west-2' } as const

let pair: RunningPair
let session: TargetSession
const jwks: Omit<JwksLine, 'at' | 'type'>[] = []
let operations = 0
/** How far the clients' wall clock is ahead: the next code of an authenticator app. */
let ahead: Micros = 0

beforeAll(async () => {
  pair = await runningPair(await referenceTarget.topology(plan))
  const wall = { now: () => pair.wall.now() + ahead }
  session = await referenceTarget.prepare({ ...pair, wall } as never, {
    plan,
    random: keyedRandom(plan.seed),
    digestKey: Buffer.from('digest key'),
    onJwks: (line) => jwks.push(line),
  })
})

afterAll(async () => {
  await pair?.[Symbol.asyncDispose]()
})

interface Attempt extends Outcome {
  readonly id: string
}

/** Performs one operation in a Region; `given` are its arguments with references resolved. */
async function perform(
  role: 'primary' | 'replica',
  fn: OperationFunction,
  user: string,
  given: Readonly<Record<string, string>> = {},
  reads: Operation['reads'] = [],
): Promise<Attempt> {
  const region = pair.regions.find((candidate) => candidate.role === role)
  if (region === undefined) throw new Error(`no ${role}`)
  operations += 1
  const operation: Operation = {
    id: `op${operations}`,
    function: fn,
    user,
    to: region.name,
    purpose: 'workload',
    arguments: given,
    reads,
  }
  const deadline = systemClock().timeout(seconds(5))
  const outcome = await session.connect(region).perform({ ...operation, resolved: given }, deadline)
  return { id: operation.id, ...outcome }
}

/** Repeats an operation until its outcome satisfies `holds`, at most five seconds. */
async function until(attempt: () => Promise<Attempt>, holds: (outcome: Attempt) => boolean) {
  const clock = systemClock()
  for (;;) {
    const outcome = await attempt()
    if (holds(outcome) || clock.monotonic() > seconds(5)) return outcome
    await clock.sleep(millis(10))
  }
}

const brief = ({ type, error }: Outcome): string =>
  error === undefined ? type : `${type} ${error.code} ${error.status ?? ''}`.trim()

const shown = (outcome: Outcome) => outcome.observed?.map(({ value }) => value)

/** A confirmed user; resolves to the label of its password. */
async function confirmedUser(user: string): Promise<string> {
  const signUp = await perform('primary', 'sign-up', user)
  expect([brief(signUp), brief(await perform('primary', 'confirm-sign-up', user))]).toEqual([
    'ok',
    'ok',
  ])
  return signUp.id
}

async function signedIn(user: string, password: string): Promise<Readonly<Record<string, string>>> {
  const outcome = await perform('primary', 'sign-in', user, { password })
  expect(brief(outcome)).toBe('ok')
  return outcome.results ?? {}
}

const replicated = (user: string, register: string, value: string | null) =>
  until(
    () => perform('replica', 'read-user', user, {}, [`${user}/${register}`]),
    (outcome) => shown(outcome)?.[0] === value,
  )

describe('the directory', () => {
  it('life of a user, read in both Regions', async () => {
    const registers = ['existence', 'enabled', 'factor', 'attribute:nickname']
    const reads = registers.map((register) => `ada/${register}`)
    const read = async () => shown(await perform('primary', 'read-user', 'ada', {}, reads))
    expect(await read()).toEqual([null, null, null, null])
    const created = await confirmedUser('ada')
    expect(await read()).toEqual([created, null, null, null])
    const nickname = await perform('primary', 'update-attribute', 'ada', { attribute: 'nickname' })
    expect(brief(await perform('primary', 'disable-user', 'ada'))).toBe('ok')
    expect(await read()).toEqual([created, 'disabled', null, nickname.id])
    const there = await until(
      () => perform('replica', 'read-user', 'ada', {}, reads),
      (outcome) => shown(outcome)?.[1] === 'disabled',
    )
    expect(shown(there)).toEqual([created, 'disabled', null, nickname.id])
    expect(brief(await perform('primary', 'enable-user', 'ada'))).toBe('ok')
    expect(shown(await replicated('ada', 'enabled', null))).toEqual([null])
    expect(brief(await perform('primary', 'delete-user', 'ada'))).toBe('ok')
    expect(await read()).toEqual([null, null, null, null])
    expect(shown(await replicated('ada', 'existence', null))).toEqual([null])
  })

  it('a user that an administrator made signs in with the password that was set', async () => {
    expect(brief(await perform('primary', 'admin-create-user', 'bob'))).toBe('ok')
    const set = await perform('primary', 'set-password', 'bob')
    expect(brief(set)).toBe('ok')
    const { accessToken = '' } = await signedIn('bob', set.id)
    const given = { accessToken, password: set.id }
    const changed = await perform('primary', 'change-password', 'bob', given)
    expect(brief(changed)).toBe('ok')
    expect(brief(await perform('primary', 'sign-in', 'bob', { password: set.id }))).toBe(
      'fail wrong-password 400',
    )
    const right = await perform('primary', 'sign-in', 'bob', { password: changed.id }, [
      'bob/password',
    ])
    expect(shown(right)).toEqual([changed.id])
  })

  it('the replica takes no write', async () => {
    await replicated('carol', 'existence', await confirmedUser('carol'))
    const writes = ['sign-up', 'admin-create-user', 'disable-user', 'delete-user', 'set-password']
    const answers = []
    for (const fn of writes as readonly OperationFunction[]) {
      answers.push(brief(await perform('replica', fn, 'carol')))
    }
    expect(answers).toEqual(writes.map(() => 'fail OperationNotEnabledException 400'))
  })

  it('refuses in words that the registry knows', async () => {
    const password = await confirmedUser('dan')
    await perform('primary', 'disable-user', 'dan')
    const answers = [
      await perform('primary', 'sign-up', 'dan'),
      await perform('primary', 'sign-in', 'dan', { password }),
      await perform('primary', 'sign-in', 'nobody', { password }),
      await perform('primary', 'delete-user', 'nobody'),
      await perform('primary', 'use-token', 'dan', { accessToken: 'no token' }),
      await perform('primary', 'refresh', 'dan', { refreshToken: 'no token' }),
    ]
    expect(answers.map(brief)).toMatchInlineSnapshot(`
      [
        "fail UsernameExistsException 400",
        "fail user-disabled 400",
        "fail UserNotFoundException 400",
        "fail UserNotFoundException 400",
        "fail token-invalid 400",
        "fail refresh-token-refused 400",
      ]
    `)
    const unconfirmed = await perform('primary', 'sign-up', 'eve')
    expect(brief(await perform('primary', 'sign-in', 'eve', { password: unconfirmed.id }))).toBe(
      'fail UserNotConfirmedException 400',
    )
  })

  it('locks after five wrong passwords, in one Region', async () => {
    const password = await confirmedUser('frank')
    await replicated('frank', 'existence', password)
    const wrong = { password: 'another label' }
    const answers = []
    for (let count = 0; count < 6; count += 1) {
      answers.push(brief(await perform('primary', 'sign-in', 'frank', wrong)))
    }
    expect(answers.slice(-2)).toEqual(['fail wrong-password 400', 'fail locked 400'])
    const there = await until(
      () => perform('replica', 'sign-in', 'frank', { password }),
      ({ type }) => type === 'ok',
    )
    expect(brief(there)).toBe('ok')
  })
})

describe('tokens', () => {
  it('of either Region are accepted in both, and verify against both', async () => {
    const password = await confirmedUser('gina')
    const results = await signedIn('gina', password)
    const there = await until(
      () => perform('replica', 'sign-in', 'gina', { password }, ['gina/password']),
      ({ type }) => type === 'ok',
    )
    expect(shown(there)).toEqual([password])
    for (const { use, verifications } of there.tokens ?? []) {
      const accepted = verifications.map(({ region }) => region)
      expect([use, accepted]).toEqual([
        use,
        use === 'refresh' ? [] : [regionNames.primary, regionNames.replica],
      ])
      expect(verifications.every((verification) => verification.accepted)).toBe(true)
    }
    const tokens = [results.accessToken ?? '', there.results?.accessToken ?? '']
    for (const accessToken of tokens) {
      for (const role of ['primary', 'replica'] as const) {
        const used = await perform(role, 'use-token', 'gina', { accessToken })
        expect([role, brief(used)]).toEqual([role, 'ok'])
      }
    }
    expect(new Set(jwks.map(({ snapshot }) => snapshot)).size).toBe(1)
    expect(jwks.map(({ region }) => region)).toEqual([regionNames.primary, regionNames.replica])
  })

  it('a refresh keeps the family and the moment of authentication', async () => {
    const password = await confirmedUser('hugo')
    const first = await perform('primary', 'sign-in', 'hugo', { password })
    const refreshToken = first.results?.refreshToken ?? ''
    for (const role of ['primary', 'replica'] as const) {
      const refreshed = await until(
        () => perform(role, 'refresh', 'hugo', { refreshToken }, ['hugo/revoked:op1']),
        ({ type }) => type === 'ok',
      )
      expect([role, brief(refreshed), shown(refreshed)]).toEqual([role, 'ok', [null]])
      const before = first.tokens?.find(({ use }) => use === 'access')
      const after = refreshed.tokens?.find(({ use }) => use === 'access')
      expect([after?.family, after?.authenticatedAt]).toEqual([
        before?.family,
        before?.authenticatedAt,
      ])
      expect(after?.digest).not.toBe(before?.digest)
    }
  })

  it('a revocation is seen in the Region, and later in the other', async () => {
    const password = await confirmedUser('ida')
    const { refreshToken = '', accessToken = '' } = await signedIn('ida', password)
    expect(brief(await perform('primary', 'revoke', 'ida', { refreshToken }))).toBe('ok')
    const reads = ['ida/revoked:op1']
    const here = await perform('primary', 'refresh', 'ida', { refreshToken }, reads)
    expect([brief(here), shown(here)]).toEqual(['fail token-revoked 400', ['revoked']])
    const used = await perform('primary', 'use-token', 'ida', { accessToken })
    expect(brief(used)).toBe('fail token-revoked 400')
    const there = await until(
      () => perform('replica', 'refresh', 'ida', { refreshToken }, reads),
      ({ error }) => error?.code === 'token-revoked',
    )
    expect(shown(there)).toEqual(['revoked'])
  })
})

describe('access that comes and goes', () => {
  it('groups stand in tokens of both Regions until the user is removed', async () => {
    const password = await confirmedUser('kim')
    const added = await perform('primary', 'add-to-group', 'kim', { group: 'staff' })
    const label = { staff: added.id }
    const groups = ['kim/group:staff', 'kim/group:auditors']
    const read = (role: 'primary' | 'replica') => perform(role, 'read-groups', 'kim', label, groups)
    expect(shown(await read('primary'))).toEqual([added.id, null])
    await until(
      () => read('replica'),
      (outcome) => shown(outcome)?.[0] === added.id,
    )
    for (const role of ['primary', 'replica'] as const) {
      const { tokens } = await perform(role, 'sign-in', 'kim', { password })
      expect(tokens?.find(({ use }) => use === 'access')?.groups).toEqual(['staff'])
    }
    const removed = await perform('primary', 'remove-from-group', 'kim', { group: 'staff' })
    expect(brief(removed)).toBe('ok')
    expect(shown(await read('primary'))).toEqual([null, null])
    expect(brief(await perform('primary', 'add-to-group', 'kim', { group: 'nobody' }))).toBe(
      'fail ResourceNotFoundException 400',
    )
  })

  it('a lost password is set anew with the code that was sent last', async () => {
    const password = await confirmedUser('lea')
    expect(brief(await perform('primary', 'forgot-password', 'lea'))).toBe(
      'fail InvalidParameterException 400',
    )
    const email = await perform('primary', 'update-attribute', 'lea', { attribute: 'email' })
    expect(shown(await replicated('lea', 'attribute:email', email.id))).toEqual([email.id])
    expect(brief(await perform('primary', 'reset-password', 'lea'))).toBe('ok')
    const refused = await perform('primary', 'sign-in', 'lea', { password })
    expect(refused.error?.meaning).toBe('reset-required')
    expect(brief(await perform('primary', 'forgot-password', 'lea'))).toBe('ok')
    const confirmed = await perform('primary', 'confirm-forgot-password', 'lea')
    expect(brief(confirmed)).toBe('ok')
    await signedIn('lea', confirmed.id)
    const again = await perform('primary', 'confirm-forgot-password', 'lea')
    expect(again.error?.meaning).toBe('expired')
  })

  it('a temporary password has to be replaced', async () => {
    const created = await perform('primary', 'admin-create-user', 'max')
    const begun = await perform('primary', 'admin-sign-in', 'max', { password: created.id })
    expect([begun.error?.meaning, Object.keys(begun.results ?? {})]).toEqual([
      'factor-required',
      ['session'],
    ])
    const session = begun.results?.session ?? ''
    const answered = await perform('primary', 'answer-new-password', 'max', { session })
    expect([brief(answered), answered.tokens?.length]).toEqual(['ok', 3])
    await signedIn('max', answered.id)
  })

  it('rotated refresh tokens stay with their client', async () => {
    const password = await confirmedUser('nia')
    const first = await perform('primary', 'sign-in', 'nia', { password, client: 'rotating' })
    const refreshToken = first.results?.refreshToken ?? ''
    const rotated = await perform('primary', 'rotate', 'nia', { refreshToken })
    expect([brief(rotated), Object.keys(rotated.results ?? {}).sort()]).toEqual([
      'ok',
      ['accessToken', 'idToken', 'refreshToken'],
    ])
    for (const { verifications } of rotated.tokens ?? []) {
      expect(verifications.every(({ accepted }) => accepted)).toBe(true)
    }
    const next = { refreshToken: rotated.results?.refreshToken ?? '' }
    expect(brief(await perform('primary', 'rotate', 'nia', next))).toBe('ok')
    expect(brief(await perform('primary', 'revoke', 'nia', next))).toBe('ok')
    const refused = await perform('primary', 'rotate', 'nia', next)
    expect(refused.error?.meaning).toBe('revoked')
  })

  it('a sign-out ends every session that began before it', async () => {
    const password = await confirmedUser('ole')
    for (const fn of ['sign-out', 'admin-sign-out'] as const) {
      const { accessToken = '', refreshToken = '' } = await signedIn('ole', password)
      expect(brief(await perform('primary', fn, 'ole', { accessToken }))).toBe('ok')
      const used = await perform('primary', 'use-token', 'ole', { accessToken })
      const refreshed = await perform('primary', 'refresh', 'ole', { refreshToken })
      expect([used.error?.meaning, refreshed.error?.meaning]).toEqual(['revoked', 'revoked'])
    }
  })
})

describe('software tokens', () => {
  it('are enrolled, asked for and answered in the primary, and refused in the replica', async () => {
    const password = await confirmedUser('jane')
    const { accessToken = '' } = await signedIn('jane', password)
    const associated = await perform('primary', 'associate-totp', 'jane', { accessToken })
    const totpSecret = associated.results?.totpSecret ?? ''
    const verified = await perform('primary', 'verify-totp', 'jane', { accessToken, totpSecret })
    expect([brief(associated), brief(verified)]).toEqual(['ok', 'ok'])
    expect(brief(await perform('primary', 'prefer-totp', 'jane'))).toBe('ok')
    expect(shown(await replicated('jane', 'factor', 'totp'))).toEqual(['totp'])

    const asked = await perform('primary', 'sign-in', 'jane', { password }, ['jane/password'])
    expect([Object.keys(asked.results ?? {}), asked.tokens, shown(asked)]).toEqual([
      ['session'],
      undefined,
      [password],
    ])
    const session = asked.results?.session ?? ''
    const wrong = { session, totpSecret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }
    expect(brief(await perform('primary', 'answer-totp', 'jane', wrong))).toBe(
      'fail CodeMismatchException 400',
    )
    ahead = totpStepMicros
    const again = await perform('primary', 'sign-in', 'jane', { password })
    const right = { session: again.results?.session ?? '', totpSecret }
    const answered = await perform('primary', 'answer-totp', 'jane', right)
    expect([brief(answered), Object.keys(answered.results ?? {}).sort()]).toEqual([
      'ok',
      ['accessToken', 'code', 'device', 'idToken', 'refreshToken'],
    ])
    expect(brief(await perform('replica', 'sign-in', 'jane', { password }))).toBe(
      'fail OperationNotEnabledException 400',
    )
  })
})
