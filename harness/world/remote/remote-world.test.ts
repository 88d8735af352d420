import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { millis, seconds } from '../../kernel/time.ts'
import { begunHookOf } from '../../ledger/hook.ts'
import { readLedger } from '../../ledger/ledger-file.ts'
import { openRun, type RunGuard } from '../../ledger/run-guard.ts'
import { ledgerPath } from '../../ledger/state-folder.ts'
import { startLinkProxy } from '../../link/link-proxy.ts'
import { resolvePlan } from '../../plan/resolve.ts'
import type { RunningLink, RunningRegion, RunningStack } from '../../target/contract.ts'
import { remoteTopology } from '../../target/remote-topology.ts'
import { remoteWorld } from './remote-world.ts'
import { type ToySystem, toySystem } from './testing/toy-system.ts'

// Goal: of somebody's running system only what its topology names is disturbed, what a hook says is
// not believed, and everything is taken back. Method: two servers that no world started, and hooks
// that are real commands, good and bad.

let state = ''
let guard: RunGuard
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'remote-test-'))
  guard = await openRun({ stateFolder: state })
})
afterAll(async () => {
  const left = await guard.close()
  await rm(state, { recursive: true })
  expect(left).toEqual([])
})

const entries = async () => (await readLedger(ledgerPath(state, guard.runId)))?.entries ?? []

async function start(
  system: ToySystem,
  more: Readonly<Record<string, unknown>> = {},
  regionReadyMillisMax = 1_500,
): Promise<RunningStack> {
  const plan = resolvePlan(
    {
      ...{ scenarios: ['any'], world: 'remote', topology: system.topology(more) },
      limits: { regionReadyMillisMax },
    },
    { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
  )
  return remoteWorld({ plan, ledger: guard.ledger }).start(
    remoteTopology(plan, { anyProtocol: true }),
  )
}

const regionsOf = ({ regions }: RunningStack): readonly [RunningRegion, RunningRegion] =>
  [
    regions.find((one) => one.role === 'primary'),
    regions.find((one) => one.role === 'replica'),
  ] as [RunningRegion, RunningRegion]

const ask = async (client: RunningRegion['http'], within = 5_000): Promise<string> => {
  const request = { method: 'GET', path: '/', headers: {}, body: new Uint8Array(0) }
  return client.send(request, AbortSignal.timeout(within)).then(
    ({ body }) => Buffer.from(body).toString(),
    (error: unknown) => String((error as { failure?: string }).failure),
  )
}

const off = { run: ['touch', 'off-{region}'], undo: ['rm', '-f', 'off-{region}'] }

test.for([undefined, { host: 'localhost' }])(
  'the way of clients to a Region is ours to disturb, with TLS end to end: %j',
  async (secure) => {
    await using system = await toySystem(secure)
    await using stack = await start(system)
    const [primary, replica] = regionsOf(stack)
    const { url } = system.topology().content.regions.east ?? { url: '' }
    const { host } = new URL(url)
    expect(await ask(primary.http)).toBe(`you asked ${host}`)
    expect(primary.endpoint).not.toContain(host)
    const link = stack.links.find(({ to, from }) => to === 'east' && from === 'clients')
    expect((await link?.canary(seconds(5)))?.outcome).toBe('passed')
    for (const [disturbance, outcome] of [
      [{ kind: 'cut' }, 'refused'],
      [{ kind: 'black-hole', direction: 'both' }, 'silent'],
      [{ kind: 'hold', direction: 'both' }, 'silent'],
    ] as const) {
      const active = await (link as RunningLink).disturb(disturbance)
      expect((await link?.canary(millis(200)))?.outcome).toBe(outcome)
      expect(await ask(primary.direct)).toContain('you asked')
      expect(await ask(replica.http)).toContain('you asked')
      await active.lift()
    }
    const slow = await (link as RunningLink).disturb({
      ...{ kind: 'latency', direction: 'downstream', latencyMillis: 80, jitterMillis: 0 },
    })
    const delayed = await link?.canary(seconds(5))
    expect(delayed?.roundTripMicros).toBeGreaterThanOrEqual(millis(80))
    await slow.lift()
    expect(await ask(primary.http)).toBe(`you asked ${host}`)
  },
)

test('a certificate for another host is no Region of this topology', async () => {
  await using system = await toySystem({ host: 'elsewhere.test' })
  await expect(start(system, {}, 300)).rejects.toThrow(
    /^Region east does not serve after 300 ms: certificate: .*localhost/,
  )
})

test('a Region that speaks no HTTP is reached by its address, and serves where its canary says so', async () => {
  await using system = await toySystem()
  const { east, west } = system.topology().content.regions
  const asSockets = (expected: string) => ({
    regions: Object.fromEntries(
      Object.entries({ east, west }).map(([name, region]) => [
        name,
        {
          role: region?.role,
          url: region?.url.replace('http:', 'tcp:'),
          canary: { send: 'GET / HTTP/1.0\r\n\r\n', expect: expected },
        },
      ]),
    ),
    hooks: { kill: off, start: { run: ['rm', '-f', 'off-{region}'] } },
  })
  const topology = system.topology(asSockets('HTTP/1.1 200'))
  expect(() => remoteTopology({ topology })).toThrow('"regions.east.url" is no HTTP')
  await using stack = await start(system, asSockets('HTTP/1.1 200'))
  const [primary] = regionsOf(stack)
  expect(primary.endpoint).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/)
  const link = stack.links.find(({ to, from }) => to === 'east' && from === 'clients')
  const cut = await link?.disturb({ kind: 'cut' })
  expect((await link?.canary(millis(500)))?.outcome).toBe('refused')
  expect(await primary.serves?.(seconds(1))).toBe(true)
  await cut?.lift()
  await primary.lifecycle.crash()
  expect(await primary.lifecycle.observe()).toBe('stopped')
  await primary.lifecycle.start()
  expect(await primary.serves?.(seconds(1))).toBe(true)
  await expect(start(system, asSockets('LDAP'), 200)).rejects.toThrow(
    'Region east does not serve after 200 ms: its canary was reset',
  )
})

test('a Region that is off is not begun with', async () => {
  await using system = await toySystem()
  const lying = { hooks: { health: { run: ['true'] } } }
  await (await start(system, lying))[Symbol.asyncDispose]()
  const failing = { hooks: { health: { run: ['false'] } } }
  await expect(start(system, failing, 200)).rejects.toThrow(
    'Region east does not serve after 200 ms: the hook health of east ended with exit code 1',
  )
  expect(await entries()).toEqual([])
})

test('what a hook did stands in the ledger with its undo, and disposal takes it back', async () => {
  await using system = await toySystem()
  const failover = { run: ['touch', 'failed-over-to-{region}'] }
  const failback = { run: ['mv', 'failed-over-to-west', 'back-at-{region}'] }
  const stack = await start(system, { hooks: { isolatePrimary: off, failover, failback } })
  const [primary] = regionsOf(stack)
  await primary.loss?.begin()
  await stack.failover?.('west')
  expect(await primary.loss?.isLost?.()).toBe(true)
  const begun = (await entries()).flatMap((entry) => begunHookOf(entry) ?? [])
  expect(begun.map(({ owner, undo }) => [owner, undo?.words])).toEqual([
    ['hook isolatePrimary of east', ['rm', '-f', 'off-east']],
    ['hook failover of west', ['mv', 'failed-over-to-west', 'back-at-east']],
  ])
  await stack[Symbol.asyncDispose]()
  expect(system.isOff('east')).toBe(false)
  expect(await readdir(system.folder)).toContain('back-at-east')
  expect(await entries()).toEqual([])
})

test('a Region is ended and started again by hooks, and both are seen, not believed', async () => {
  await using system = await toySystem()
  const start1 = { run: off.undo }
  await using stack = await start(system, { hooks: { kill: { run: off.run }, start: start1 } })
  const [, replica] = regionsOf(stack)
  await replica.lifecycle.crash()
  expect(await replica.lifecycle.observe()).toBe('stopped')
  await replica.lifecycle.start()
  expect(await replica.lifecycle.observe()).toBe('running')
  expect((await replica.control.status()).boot).toBe(2)

  const lying = {
    kill: { run: ['true'] },
    start: start1,
    isolatePrimary: { ...off, run: ['true'] },
  }
  await using deceived = await start(system, { hooks: lying }, 200)
  const [primary, other] = regionsOf(deceived)
  await expect(other.lifecycle.crash()).rejects.toThrow(
    'the hook kill says that west was ended, but 200 ms later that does not show',
  )
  await primary.loss?.begin()
  expect(await primary.loss?.isLost?.()).toBe(false)
})

describe('a hook that goes wrong', () => {
  const undone = ['sh', '-c', 'echo undone >> undone']
  test.for<[string, readonly string[], string]>([
    [
      'fails',
      ['false'],
      'hook isolatePrimary of east ended with exit code 1; to see what it says: cd',
    ],
    ['hangs', ['sleep', '60'], 'hook isolatePrimary of east took longer than 300 ms and was ended'],
    ['floods', ['yes', 'secret'], 'hook isolatePrimary of east took longer than 300 ms'],
    [
      'is not there',
      ['./none'],
      'hook isolatePrimary of east could not be started: spawn ./none ENOENT',
    ],
  ])('%s: its error says how, and its undo ran', async ([, run, message]) => {
    await using system = await toySystem()
    const isolatePrimary = { run, undo: undone, timeoutMillis: 300 }
    await using stack = await start(system, { hooks: { isolatePrimary } })
    const [primary] = regionsOf(stack)
    await expect(primary.loss?.begin()).rejects.toThrow(message)
    expect(await readFile(join(system.folder, 'undone'), 'utf8')).toBe('undone\n')
    expect(await entries()).toHaveLength(1)
  })

  test('that hangs is asked to end before it has to, so that it can give back what it holds', async () => {
    await using system = await toySystem()
    const run = ['sh', '-c', "trap 'echo given back > lock; exit' TERM; sleep 60 & wait"]
    const isolatePrimary = { run, undo: undone, timeoutMillis: 300 }
    await using stack = await start(system, { hooks: { isolatePrimary } })
    await expect(regionsOf(stack)[0].loss?.begin()).rejects.toThrow('took longer than 300 ms')
    expect(await system.lines('lock')).toEqual(['given back'])
  })

  test('a lag is a number, and nothing else is', async () => {
    await using system = await toySystem()
    const lagOf = async (run: readonly string[]) => {
      await using stack = await start(system, { hooks: { lag: { run, timeoutMillis: 400 } } })
      const [primary, replica] = regionsOf(stack)
      expect((await primary.control.status()).position).toBe(0)
      return (await replica.control.status()).position
    }
    expect(await lagOf(['echo', '12.5'])).toBe(-12.5)
    const wrong = 'the hook lag of west printed no number of 0 or above'
    await expect(lagOf(['echo', 'none'])).rejects.toThrow(wrong)
    await expect(lagOf(['sh', '-c', 'yes 1 | head -c 10000000'])).rejects.toThrow(wrong)
  })

  test('an undo that fails is said and stays in the ledger; only its hosts were named', async () => {
    await using system = await toySystem()
    const own = await mkdtemp(join(tmpdir(), 'remote-undo-'))
    const other = await openRun({ stateFolder: own })
    const plan = resolvePlan(
      {
        ...{ scenarios: ['any'], world: 'remote' },
        topology: system.topology({
          hooks: { isolatePrimary: { run: ['true'], undo: ['false'] } },
        }),
      },
      { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
    )
    const stack = await remoteWorld({ plan, ledger: other.ledger }).start(remoteTopology(plan))
    await regionsOf(stack)[0].loss?.begin()
    await stack[Symbol.asyncDispose]()
    const stands = /^hook isolatePrimary of east is perhaps in force; its undo is: cd .* && false$/
    expect(await other.disturbed()).toEqual([expect.stringMatching(stands)])
    const left = await other.close()
    expect(left.join('\n')).toMatch(/hook isolatePrimary of east is perhaps in force; its undo is/)
    expect(left.at(-1)).toMatch(
      /its undo \(cd .* && false\) ended with exit code 1; interregnum recover tries/,
    )
    expect(await readdir(join(own, 'runs'))).toHaveLength(1)
    await rm(own, { recursive: true })
  })
})

test('a link that a Toxiproxy carries is left as it was found, and its others are not touched', async () => {
  await using system = await toySystem()
  const { content } = system.topology()
  const upstream = new URL(content.regions.east?.url ?? '').host
  const theirs = await startLinkProxy({ port: 0 })
  const api = `http://127.0.0.1:${theirs.apiPort}`
  const post = (path: string, body: unknown) =>
    fetch(`${api}${path}`, { method: 'POST', body: JSON.stringify(body) })
  for (const name of ['bus', 'other']) {
    await post('/proxies', { name, listen: '127.0.0.1:0', upstream })
  }
  await post('/proxies/other/toxics', {
    name: 'theirs',
    type: 'latency',
    attributes: { latency: 1 },
  })
  const canary = { send: 'GET / HTTP/1.0\r\n\r\n', expect: 'HTTP/1.1 200' }
  const bus = { from: 'west', to: 'east', toxiproxy: api, proxy: 'bus', canary }
  const stack = await start(system, { links: { bus } })
  const link = stack.links.find(({ name }) => name === 'bus') as RunningLink
  await link.disturb({ kind: 'cut' })
  expect((await link.canary(millis(500))).outcome).toBe('refused')
  await expect(start(system, { links: { bus } })).rejects.toThrow(
    /^the link bus is no ground for a run: the proxy bus of \S+ carries the toxic interregnum-/,
  )
  await stack[Symbol.asyncDispose]()
  const toxics = async (name: string) =>
    ((await (await fetch(`${api}/proxies/${name}`)).json()) as { toxics: unknown[] }).toxics.length
  expect([await toxics('bus'), await toxics('other')]).toEqual([0, 1])
  await theirs.close()
})
