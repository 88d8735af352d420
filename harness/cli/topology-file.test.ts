import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isTopologyFile } from './is-topology-file.ts'
import { loadTopology } from './topology-file.ts'

// Goal: what is wrong in a topology is named with its line and field, before anything is touched.
// Method: files as a user would write them.

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'topology-test-'))
})
afterAll(() => rm(folder, { recursive: true }))

const regions = `regions:
  east: { role: primary, url: "http://127.0.0.1:8081", health: /health }
  west: { role: replica, url: "http://localhost:8082" }
`

const link = (name: string, place: string): string =>
  `${regions}links:\n  ${name}: { from: west, to: east, ${place}, canary: { send: a, expect: b } }\n`

async function load(text: string) {
  await writeFile(join(folder, 'topology.yaml'), text)
  return loadTopology('topology.yaml', folder)
}

async function refusal(text: string): Promise<string> {
  const error = await load(text).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'ERR_USAGE', exitCode: 64 })
  return (error as Error).message.replaceAll(join(folder, 'topology.yaml'), 'file')
}

test('a topology of two URLs is enough', async () => {
  const { file, digest, content } = await load(regions)
  expect(file).toBe(join(folder, 'topology.yaml'))
  expect(digest).toMatch(/^[0-9a-f]{64}$/)
  expect(content).toMatchObject({ links: {}, hooks: {}, consent: [] })
  expect(Object.keys(content.regions)).toEqual(['east', 'west'])
})

test('everything that it can say', async () => {
  const { content } = await load(`${regions}consent: [db.example.com]
links:
  replication:
    from: west
    to: east
    listen: 127.0.0.1:5433
    upstream: db.example.com:5432
    canary: { send: "PING\\r\\n", expect: PONG }
  bus:
    { from: east, to: west, toxiproxy: "http://127.0.0.1:8474", proxy: bus,
      canary: { send: a, expect: b } }
hooks:
  failover: { run: [./failover.sh, "{region}"], timeoutMillis: 5000, environment: [KUBECONFIG] }
  failback: { run: [./failback.sh] }
  isolatePrimary: { run: [./off.sh, "{url}"], undo: [./on.sh, "{role}"] }
  kill: { run: [kubectl, delete, "pod/idp-{region}"] }
  start: { run: [kubectl, apply, -f, idp.yaml] }
target:
  issuer: https://login.example.com/realms/acme
  clientSecret: { environment: CLIENT_SECRET }
`)
  expect(content.hooks.failback).toEqual({
    run: ['./failback.sh'],
    timeoutMillis: 60_000,
    environment: [],
  })
  expect(content.target).toEqual({
    issuer: 'https://login.example.com/realms/acme',
    clientSecret: { environment: 'CLIENT_SECRET' },
  })
})

test.for<[string, string, string]>([
  ['an unknown field', `${regions}region: {}\n`, 'file:4: there is no field "region"'],
  [
    'no YAML',
    'regions: {\n',
    'file:2: Flow map in block collection must be sufficiently indented and end with a }',
  ],
  [
    'one role twice',
    regions.replace('replica', 'primary'),
    'file:1: "regions": Expected two Regions: one primary and one replica',
  ],
  [
    'one URL twice',
    regions.replace('localhost:8082', '127.0.0.1:8081/'),
    'file:3: "regions.west.url": Expected another URL than that of east',
  ],
  [
    'a path in a URL',
    regions.replace('8082', '8082/realms/acme'),
    'file:3: "regions.west.url": Expected scheme, host and port alone; paths are for the section "target"',
  ],
  [
    'a port that cannot be',
    regions.replace('8082', '99999'),
    'file:3: "regions.west.url": Expected a URL such as https://login.example.com',
  ],
  [
    'a Region that speaks no HTTP and has no canary',
    regions.replace('http://localhost:8082', 'tcp://localhost:8082'),
    'file:3: "regions.west.canary": Expected what a "tcp:" Region answers',
  ],
  [
    'a path of what has none',
    regions.replace(
      '"http://localhost:8082"',
      '"tcp://localhost:8082/x", canary: { send: a, expect: b }',
    ),
    'file:3: "regions.west.url": Expected tcp://<host>:<port>',
  ],
  [
    'a host without consent',
    regions.replace('localhost', 'login.example.com'),
    'file:1: "consent": Expected "login.example.com" to be named: it is no address of this machine, and a run disturbs it',
  ],
  [
    'a hook that nothing takes back',
    `${regions}hooks:\n  isolatePrimary: { run: [./off.sh] }\n`,
    'file:5: "hooks.isolatePrimary": Expected an "undo", which takes it back',
  ],
  [
    'braces around what is not there',
    `${regions}hooks:\n  health:\n    run: [./look.sh, "{host}"]\n`,
    'file:6: "hooks.health.run.1": {host} is unknown; there are {region}, {role} and {url}',
  ],
  [
    'a secret',
    `${regions}target:\n  client:\n    client_secret: hunter2\n`,
    'file:6: "target.client.client_secret": Expected no secret here: write { environment: NAME_OF_A_VARIABLE }',
  ],
  [
    'a link of nobody',
    `${regions}links:\n  x: { from: west, to: north, listen: "127.0.0.1:1", upstream: "127.0.0.1:2", canary: { send: a, expect: b } }\n`,
    'file:5: "links.x.to": Expected one of the Regions: east, west',
  ],
  [
    'a name that cannot be',
    regions.replace('east:', 'öst:'),
    'file:2: "regions.öst": Expected letters, digits, ".", "_" and "-"',
  ],
  [
    'a secret of digits',
    `${regions}target: { password: 12345 }\n`,
    'file:4: "target.password": Expected no secret here: write { environment: NAME_OF_A_VARIABLE }',
  ],
  [
    'a word that no program can be given',
    `${regions}hooks:\n  health:\n    run: ["true", "a\\0b"]\n`,
    'file:6: "hooks.health.run.1": Expected no NUL',
  ],
  [
    'an alias of nothing',
    `${regions}target:\n  issuer: *login\n`,
    'file:5: there is no anchor &login before this alias',
  ],
  [
    'a link that leads to itself',
    link('x', 'listen: "127.0.0.1:5", upstream: "127.0.0.1:5"'),
    'file:5: "links.x.upstream": Expected another address than "listen"',
  ],
  [
    'one port for two links',
    `${link('x', 'listen: "127.0.0.1:5", upstream: "127.0.0.1:6"')}  y: { from: east, to: west, listen: "127.0.0.1:5", upstream: "127.0.0.1:7", canary: { send: a, expect: b } }\n`,
    'file:6: "links.y": Expected a place of its own: x is there already',
  ],
  [
    'one proxy for two links',
    `${link('x', 'toxiproxy: "http://127.0.0.1:8474", proxy: p')}  y: { from: east, to: west, toxiproxy: "http://127.0.0.1:8474", proxy: p, canary: { send: a, expect: b } }\n`,
    'file:6: "links.y": Expected a place of its own: x is there already',
  ],
  [
    'a link that is neither',
    `${regions}links:\n  x: { from: west, to: east, listen: "127.0.0.1:1", canary: { send: a, expect: b } }\n`,
    'file:5: "links.x": Expected either "listen" and "upstream", or "toxiproxy" and "proxy"',
  ],
])('%s is refused with its line', async ([_, text, message]) => {
  expect(await refusal(text)).toBe(message)
})

test('a file that is not there is named', () => {
  expect(() => loadTopology('none.yaml', folder)).toThrow(/none\.yaml cannot be read/)
})

test('an editor may have put a byte order mark and other line ends', async () => {
  const text = `\ufeff${regions.replaceAll('\n', '\r\n')}`
  expect(Object.keys((await load(text)).content.regions)).toEqual(['east', 'west'])
  expect(isTopologyFile('topology.yaml', { folder })).toBe(true)
  expect(await refusal(`${text}x: 1\r\n`)).toBe('file:4: there is no field "x"')
})

test('a pipe is no topology, and nobody waits for it', () => {
  execFileSync('mkfifo', [join(folder, 'pipe.yaml')])
  expect(isTopologyFile('pipe.yaml', { folder })).toBe(false)
  expect(isTopologyFile('.', { folder })).toBe(false)
})
