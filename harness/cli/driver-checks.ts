import type { OperationFunction } from '../history/operation.ts'
import { millis, toMillis } from '../kernel/time.ts'
import type { Disturbance } from '../target/contract.ts'
import { type Attempt, type DriverTrial, outcomeText } from './driver-trial.ts'

/** Short enough for a person who waits, long enough for a Region that is asked in vain. */
const stormMillisMax = 1_000

const replicaPause = millis(20)

/** A password that nobody has: no operation wrote it. */
const unwritten = 'op999999'

/** Every check, in order. Each notes what it came to; whatever a driver does, none throws. */
export async function tryDriver(trial: DriverTrial): Promise<void> {
  const user = await createUser(trial)
  await changeAndRead(trial, user.name)
  await signIn(trial, user)
  await takeAway(trial)
  await badWeather(trial)
  await trial.cleansUp()
  const wentByItself = await trial.close()
  trial.note(
    'ends when its standard input ends',
    wentByItself ? undefined : 'it was still there a second later',
  )
}

/** What was written is looked for at the replica as long as the driver says that it may take. */
async function replicated(
  trial: DriverTrial,
  { user, reads }: { readonly user: string; readonly reads: readonly string[] },
  value: string,
): Promise<void> {
  const { clock, lagMicrosMax } = trial
  const deadline = clock.monotonic() + lagMicrosMax
  for (;;) {
    const read = await trial.attempt({ function: 'read-user', user, reads, role: 'replica' })
    const problem = shows(read, value)
    if (problem === undefined || read.type !== 'ok' || clock.monotonic() > deadline) {
      trial.note('read-user: the replica shows it within the lag that is declared', problem)
      return
    }
    await clock.sleep(replicaPause)
  }
}

interface User {
  readonly name: string
  /** The operation that wrote its password; undefined where none could. */
  readonly password?: string
}

async function createUser(trial: DriverTrial): Promise<User> {
  const name = 'u1'
  if (!trial.declares('sign-up')) return administered(trial, name)
  const { id } = await trial.succeeds('sign-up: creates a user', {
    function: 'sign-up',
    user: name,
  })
  if (trial.declares('confirm-sign-up')) {
    await trial.succeeds('confirm-sign-up: of this user', {
      function: 'confirm-sign-up',
      user: name,
    })
  }
  if (trial.declares('admin-create-user')) await administered(trial, 'u2')
  return { name, password: id }
}

async function administered(trial: DriverTrial, name: string): Promise<User> {
  if (!trial.declares('admin-create-user')) return { name }
  const user = name
  await trial.succeeds('admin-create-user: creates a user', { function: 'admin-create-user', user })
  if (!trial.declares('set-password')) return { name }
  const set = await trial.succeeds('set-password: of this user', { function: 'set-password', user })
  return { name, password: set.id }
}

async function changeAndRead(trial: DriverTrial, user: string): Promise<void> {
  const reads = [`${user}/attribute:nickname`]
  const changed = trial.declares('update-attribute')
    ? await trial.succeeds('update-attribute: writes the id of the operation', {
        ...{ function: 'update-attribute', user, arguments: { attribute: 'nickname' } },
      })
    : undefined
  if (!trial.declares('read-user')) return
  if (changed !== undefined) {
    const read = await trial.attempt({ function: 'read-user', user, reads })
    trial.note('read-user: shows what was written', shows(read, changed.id))
  }
  if (changed !== undefined) await replicated(trial, { user, reads }, changed.id)
  const absent = await trial.attempt({
    ...{ function: 'read-user', user: 'nobody', reads: ['nobody/existence'] },
  })
  trial.note('read-user: of nobody is ok, and shows null', shows(absent, null))
}

async function signIn(trial: DriverTrial, { name: user, password }: User): Promise<void> {
  if (!trial.declares('sign-in') || password === undefined) return
  const wrong = await trial.attempt({
    ...{ function: 'sign-in', user, arguments: { password: unwritten } },
  })
  const refused = wrong.type === 'fail' && wrong.error?.meaning === 'wrong-credentials'
  trial.note(
    'sign-in: a wrong password fails, and means wrong-credentials',
    refused ? undefined : `it was ${outcomeText(wrong)}`,
  )
  const session = await trial.succeeds('sign-in: the right password', {
    ...{ function: 'sign-in', user, arguments: { password } },
  })
  await withToken(trial, session, 'use-token', 'accessToken')
  await withToken(trial, session, 'refresh', 'refreshToken')
  await withToken(trial, session, 'revoke', 'refreshToken')
}

/** A token of an earlier sign-in, if there is one. */
async function withToken(
  trial: DriverTrial,
  { id, results = {} }: Attempt,
  name: 'use-token' | 'refresh' | 'revoke',
  field: 'accessToken' | 'refreshToken',
): Promise<void> {
  if (!trial.declares(name) || results[field] === undefined) return
  await trial.succeeds(`${name}: with the ${field} of the sign-in`, {
    ...{ function: name, user: 'u1', arguments: { [field]: { from: id, field } } },
  })
}

async function takeAway(trial: DriverTrial): Promise<void> {
  const steps = [
    ['disable-user', 'enabled', 'disabled'],
    ['delete-user', 'existence', null],
  ] as const
  for (const [name, register, value] of steps) {
    if (!trial.declares(name)) continue
    await trial.succeeds(`${name}: of the first user`, { function: name, user: 'u1' })
    if (!trial.declares('read-user')) continue
    const reads = [`u1/${register}`]
    const read = await trial.attempt({ function: 'read-user', user: 'u1', reads })
    trial.note(`${name}: read-user shows it`, shows(read, value))
  }
}

/** What can be asked of a Region at any time. */
const harmless: readonly OperationFunction[] = ['read-user', 'sign-in']

async function badWeather(trial: DriverTrial): Promise<void> {
  const name = harmless.find((one) => trial.declares(one))
  if (name === undefined) return
  const step = {
    ...{ function: name, user: 'nobody', reads: name === 'read-user' ? ['nobody/existence'] : [] },
    ...(name === 'sign-in' ? { arguments: { password: unwritten } } : {}),
    millisMax: stormMillisMax,
  } as const
  const calm = await trial.attempt(step)
  const asBefore = (attempt: Attempt): string | undefined =>
    outcomeText(attempt) === outcomeText(calm)
      ? undefined
      : `it was ${outcomeText(attempt)}, and ${outcomeText(calm)} before`
  await during(trial, { kind: 'cut' }, async () => {
    const attempt = await trial.attempt(step)
    trial.note('a cut link: no answer is made up', broken(attempt))
  })
  await during(trial, { kind: 'black-hole', direction: 'both' }, async () => {
    const silent = trial.attempt(step)
    const began = trial.clock.monotonic()
    const other = await trial.attempt({ ...step, role: 'replica' })
    const took = Math.round(toMillis(trial.clock.monotonic() - began))
    trial.note(
      'a silent Region does not hold the other one',
      other.error?.code === 'deadline' ? `the other one took ${took} ms` : undefined,
    )
    const attempt = await silent
    const problem = attempt.type === 'info' ? undefined : `it was ${outcomeText(attempt)}`
    trial.note('a silent Region: the operation is unknown', problem)
  })
  trial.note('after the storm it answers as before', asBefore(await trial.attempt(step)))
}

async function during(
  trial: DriverTrial,
  disturbance: Disturbance,
  story: () => Promise<void>,
): Promise<void> {
  const primary = trial.stack.regions.find(({ role }) => role === 'primary')
  const link = trial.stack.links.find(({ from, to }) => from === 'clients' && to === primary?.name)
  const active = await link?.disturb(disturbance)
  try {
    await story()
  } finally {
    await active?.lift()
    await trial.clock.sleep(millis(20))
  }
}

/** With the link cut nothing can have answered: neither `ok` nor a word of the Region. */
function broken(attempt: Attempt): string | undefined {
  const madeUp = attempt.type === 'ok' || attempt.error?.status !== undefined
  return madeUp ? `it was ${outcomeText(attempt)}, and nothing had passed the link` : undefined
}

function shows({ type, error, observed }: Attempt, value: string | null): string | undefined {
  if (type !== 'ok') return `it was ${outcomeText({ type, ...(error ? { error } : {}) })}`
  const [seen] = observed ?? []
  if (seen === undefined) return 'it showed nothing'
  return seen.value === value
    ? undefined
    : `it showed ${JSON.stringify(seen.value)}, not ${JSON.stringify(value)}`
}
