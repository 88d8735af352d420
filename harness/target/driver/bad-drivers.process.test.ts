import { expect, onTestFinished, test, vi } from 'vitest'
import type { Operation } from '../../history/operation.ts'
import { systemClock, systemWallClock } from '../../kernel/clock.ts'
import { keyedRandom } from '../../kernel/random.ts'
import { millis } from '../../kernel/time.ts'
import { noLedger } from '../../ledger/ledger.ts'
import { identify, isAlive } from '../../ledger/process-identity.ts'
import { resolvePlan } from '../../plan/resolve.ts'
import { programStarter } from '../../world/process/start-program.ts'
import type { Casualty, Outcome, RunningRegion } from '../contract.ts'
import { describeDriver } from './describe-driver.ts'
import { type DriverSession, prepareDriver } from './driver-session.ts'
import { scriptedDescription, scriptedDriver } from './testing/scripted-driver.ts'

// Goal: whatever a driver does, it is reported, never believed, and nobody waits for it. Method:
// each is a real process, put under a stack whose Regions nobody asks.

const clock = systemClock()
const startProgram = programStarter({ ledger: noLedger(), clock })

const plan = resolvePlan(
  { scenarios: ['any'], limits: { regionReadyMillisMax: 900 } },
  { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
)

interface Driven {
  readonly ends: readonly Casualty[]
  readonly lastWords: readonly Promise<string>[]
  perform(operation?: Partial<Operation>, millisMax?: number): Promise<Outcome>
}

async function drive(
  command: readonly string[],
  story: (driven: Driven, session: DriverSession) => Promise<void>,
  description = scriptedDescription,
): Promise<void> {
  const ends: Casualty[] = []
  const lastWords: Promise<string>[] = []
  const region = { name: 'us-east-1', role: 'primary', endpoint: 'http://127.0.0.1:9' }
  const stack = { regions: [region as RunningRegion], clock, wall: systemWallClock() }
  const session = await prepareDriver(
    stack,
    {
      ...{ plan, startProgram, random: keyedRandom(7), digestKey: new Uint8Array(32) },
      onJwks: () => {},
      onProgramEnd: async (casualty, words) => {
        ends.push(casualty)
        lastWords.push(words)
      },
    },
    { command, description },
  )
  let operations = 0
  try {
    const client = session.connect(region as RunningRegion)
    await story(
      {
        ...{ ends, lastWords },
        perform: (given = {}, millisMax = 8_000) => {
          operations += 1
          const operation: Operation = {
            ...{ id: `op${operations}`, function: 'read-user', user: 'u1', to: 'us-east-1' },
            ...{ purpose: 'workload', arguments: {}, reads: ['u1/existence'] },
            ...given,
          }
          return client.perform({ ...operation, resolved: {} }, clock.timeout(millis(millisMax)))
        },
      },
      session,
    )
  } finally {
    await session.close()
  }
}

/** As fast as it can, for ever. */
const flood = `const more = () => { raw('y'.repeat(100_000)); setImmediate(more) }; more()`

const gone = { type: 'info', error: { code: 'driver-gone', meaning: 'unavailable' } }
const disbelieved = { type: 'info', error: { code: 'driver-not-believed', meaning: 'unavailable' } }

test.for<[string, string, string | RegExp]>([
  ['is no JSON', `raw('Traceback: oh\\n')`, 'wrote a line that is not JSON'],
  ['is an empty line', `raw('\\n')`, 'wrote a line that is not JSON'],
  ['lacks its number', `raw('{"type":"ok"}\\n')`, /against the schema: "id"/],
  ['has a field too many', `say({ type: 'ok', note: 1 })`, /a field "note" that there is not/],
  ['has a field of a wrong type', `say({ type: 'ok', observed: [] })`, /"observed"/],
  ['goes to nobody', `answer(99, { type: 'ok' })`, 'answered request 99: nobody asked'],
  ['never ends', `raw('x'.repeat(300_000))`, 'wrote a line of more than 262144 bytes'],
  ['is a flood', flood, 'wrote a line of more than 262144 bytes'],
  ['is the end of its output', `require('node:fs').closeSync(1)`, 'closed its standard output'],
  ['is a death', `process.exit(3)`, 'exit code 3'],
  ['is a death by a signal', `process.kill(process.pid, 'SIGKILL')`, 'SIGKILL'],
])('an answer that %s ends the driver, and the operation is unknown', async ([, script, how]) => {
  await drive(scriptedDriver(script), async ({ perform, ends }) => {
    expect(await perform()).toEqual(gone)
    expect(ends).toEqual([expect.objectContaining({ name: 'driver scripted' })])
    expect(ends[0]?.how).toMatch(how)
    expect(await perform()).toMatchObject({ type: 'fail', error: { code: 'driver-gone' } })
  })
})

test.for<[string, string, Partial<Operation>, RegExp]>([
  ['unsupported', `say({ type: 'unsupported' })`, {}, /does not do read-user, which it had/],
  ['of another kind', `say({ type: 'prepared' })`, {}, /answered op1 .* with "prepared"/],
  [
    'more than was asked for',
    `say({ type: 'ok', observed: { 'u2/existence': 'op1' } })`,
    {},
    /showed a register in op1 \(read-user\) that it was not asked for/,
  ],
  [
    'without the tokens that it declared',
    `say({ type: 'ok' })`,
    { function: 'sign-in', arguments: { password: 'op1' }, reads: [] },
    /gave no token for sign-in although it declared "opaque" tokens/,
  ],
  [
    'with a secret for the history',
    `say({ type: 'fail', code: 'x' + r.secrets.newPassword })`,
    { function: 'sign-up', reads: [] },
    /put a secret where the answer to op1/,
  ],
  [
    'with a TOTP secret that is none',
    `say({ type: 'ok', results: { totpSecret: 'not base32!' } })`,
    { function: 'associate-totp', reads: [] },
    /gave a TOTP secret .* not base32/,
  ],
])('an answer %s is not believed, and ends the driver', async ([, script, given, how]) => {
  await drive(scriptedDriver(script), async ({ perform, ends }) => {
    expect(await perform(given)).toEqual(disbelieved)
    expect(ends).toEqual([
      expect.objectContaining({ by: 'harness', how: expect.stringMatching(how) }),
    ])
  })
})

test('a second answer to one request ends the driver; the first one stands', async () => {
  const twice = `say({ type: 'ok' }); say({ type: 'fail', code: 'No' })`
  await drive(scriptedDriver(twice), async ({ perform, ends }) => {
    expect(await perform()).toEqual({ type: 'ok' })
    await expect.poll(() => ends.map(({ how }) => how)).toEqual(['answered request 3 twice'])
  })
})

test('silence is unknown at the deadline, and what is said later is not heard', async () => {
  const slow = `if (r.operation === 'op1') setTimeout(() => say({ type: 'ok' }), 150)
    else say({ type: 'ok', observed: { 'u1/existence': 'op7' } })`
  await drive(scriptedDriver(slow), async ({ perform, ends }) => {
    const deadline = { type: 'info', error: { code: 'deadline', meaning: 'unavailable' } }
    expect(await perform({}, 50)).toEqual(deadline)
    await clock.sleep(millis(200))
    expect(await perform()).toMatchObject({ observed: [{ value: 'op7' }] })
    expect(ends).toEqual([])
  })
})

test('a driver that answers nothing at all is ended before requests pile up', async () => {
  await drive(scriptedDriver(''), async ({ perform, ends }) => {
    const all = await Promise.all(Array.from({ length: 1_025 }, () => perform({}, 30_000)))
    expect(new Set(all.map(({ type }) => type))).toEqual(new Set(['info', 'fail']))
    expect(ends[0]?.how).toBe('left 1024 requests without an answer')
  })
})

test('a driver that does not read is no reason to wait', async () => {
  const deaf = `process.stdin.pause(); const end = Date.now() + 1e4; while (Date.now() < end);`
  await drive(scriptedDriver(deaf), async ({ perform }, session) => {
    await perform({}, 20)
    expect((await perform({}, 20)).error?.code).toBe('deadline')
    const before = clock.monotonic()
    await session.close()
    expect(clock.monotonic() - before).toBeLessThan(millis(4_000))
  })
})

test('answers out of order find their requests', async () => {
  const pairs = `(globalThis.held ??= []).push(say)
    const value = (n) => ({ type: 'ok', observed: { 'u1/existence': 'op' + n } })
    if (held.length === 2) { held[1](value(2)); held[0](value(1)) }`
  await drive(scriptedDriver(pairs), async ({ perform }) => {
    const [first, second] = await Promise.all([perform(), perform()])
    expect([first?.observed?.[0]?.value, second?.observed?.[0]?.value]).toEqual(['op1', 'op2'])
  })
})

test('last words are kept to a bound, and hold no secret that is known', async () => {
  const wordy = `const words = 'z'.repeat(100_000) + '\\nfailed for ' + r.secrets.newPassword
    require('node:fs').writeSync(2, words); process.exit(1)`
  await drive(scriptedDriver(wordy), async ({ perform, lastWords }) => {
    expect(await perform({ function: 'sign-up', reads: [] })).toEqual(gone)
    expect(await lastWords[0]).toBe('…failed for [secret]')
  })
})

test('last words hold no key that the driver was handed with its environment', async () => {
  vi.stubEnv('ACME_API_KEY', 'k-0123456789')
  onTestFinished(() => void vi.unstubAllEnvs())
  const wordy = `console.error('refused for ' + process.env.ACME_API_KEY); process.exit(1)`
  await drive(scriptedDriver(wordy), async ({ perform, lastWords }) => {
    await perform()
    expect(await lastWords[0]).toBe('refused for [secret]')
  })
})

test('a driver that floods its standard error answers, and its flood is not kept', async () => {
  const flooding = `const more = () => process.stderr.write('e'.repeat(65_536), () => more())
    if (r.operation === 'op1') more()
    say({ type: 'ok', observed: { 'u1/existence': 'op7' } })`
  await drive(scriptedDriver(flooding), async ({ perform }) => {
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await perform()).toMatchObject({ type: 'ok', observed: [{ value: 'op7' }] })
    }
    expect(process.memoryUsage().rss).toBeLessThan(2_000_000_000)
  })
})

test('children of a driver that ignores every farewell are gone with it', async () => {
  const forking = `const { spawn } = require('node:child_process')
    const stay = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'
    const options = { stdio: 'ignore', detached: true }
    const child = spawn(process.execPath, ['-e', stay], options)
    process.on('SIGTERM', () => {}); process.stdin.on('end', () => setInterval(() => {}, 1000))
    say({ type: 'ok', observed: { 'u1/existence': 'op' + child.pid } })`
  let child = { pid: 0, startTime: '' }
  await drive(scriptedDriver(forking), async ({ perform }) => {
    const pid = Number((await perform()).observed?.[0]?.value?.slice(2))
    child = (await identify(pid)) ?? child
    expect(await isAlive(child.pid, child.startTime)).toBe(true)
  })
  expect(await isAlive(child.pid, child.startTime)).toBe(false)
})

test('a function that was not declared is never asked for', async () => {
  await drive(scriptedDriver(`say({ type: 'ok' })`), async ({ perform, ends }) => {
    const outcome = await perform({ function: 'refresh' })
    expect(outcome).toEqual({ type: 'fail', error: { code: 'not-declared' } })
    expect(ends).toEqual([])
  })
})

test('a failure with a status of 500 is not definite, whatever the driver says', async () => {
  const sure = `say({ type: 'fail', code: 'Broken', status: 503 })`
  await drive(scriptedDriver(sure), async ({ perform }) => {
    expect(await perform()).toEqual({ type: 'info', error: { code: 'Broken', status: 503 } })
  })
})

/** A driver that does this in place of preparing. */
function preparing(script: string): readonly string[] {
  return scriptedDriver(
    '',
    `const tokens = { jwksPath: '/keys', issuers: ['i'], audiences: ['a'] }
    const drip = (fields, id = 2) => [...JSON.stringify({ id, ...fields })].forEach((one, index) =>
      setTimeout(() => raw(one), 500 * index))
    onPrepare = (r, say) => { ${script} }`,
  )
}

test.for<[string, readonly string[], RegExp]>([
  ['says something else', scriptedDriver('', `hello.name = 'other'`), /something else of itself/],
  ['dies at once', scriptedDriver('', 'process.exit(4)'), /driver scripted ended: exit code 4/],
  ['prattles', scriptedDriver('', `raw('starting\\n')`), /wrote a line that is not JSON/],
  ['is silent when it has to prepare', preparing(''), /did not prepare within 900 ms/],
  ['prepares a byte at a time', preparing(`drip({ type: 'prepared' })`), /did not prepare/],
  ['refuses', preparing(`say({ type: 'refused', message: 'no network' })`), /prepare: no network/],
  ['has tokens after all', preparing(`say({ type: 'prepared', tokens })`), /has a "tokens"/],
  ['is of another version', scriptedDriver('', 'hello.protocol = 2'), /"protocol"/],
])('before a run, one that %s is an error that names it', async ([, command, message]) => {
  await expect(drive(command, async () => {})).rejects.toThrow(message)
})

test('a driver says what it is, once asked', async () => {
  const command = scriptedDriver('')
  const description = await describeDriver({ command, startProgram, clock })
  expect(description).toEqual(scriptedDescription)
  const dumb = [process.execPath, '-e', `console.error('no config'); process.exit(2)`]
  await expect(describeDriver({ command: dumb, startProgram, clock })).rejects.toMatchObject({
    message: expect.stringContaining('ended: exit code 2'),
    hint: 'its last words were: no config',
  })
  const none = ['/nowhere/driver']
  await expect(describeDriver({ command: none, startProgram, clock })).rejects.toThrow(/ENOENT/)
})
