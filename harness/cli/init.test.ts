import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { oidcSection } from '../target/oidc/target-section.ts'
import { remoteSettings } from '../target/remote-topology.ts'
import { type InitQuestions, initCommand } from './init-command.ts'
import { initFiles } from './init-files.ts'
import { documentOf, emptyFolder, within } from './interregnum.test.support.ts'
import type { Surroundings } from './surroundings.ts'
import { loadTopology } from './topology-file.ts'

// Goal: what init writes runs, what is there is left alone, and a mistake touches nothing. Method:
// empty folders, and the command line itself. A packed package is in harness/package.test.ts.

const own = ['interregnum.config.ts', 'scenarios/first-failover.scenario.ts']
const workflow = '.github/workflows/failover.yml'
const urls = [
  ...['--url-primary', 'https://east.example.com', '--url-replica', 'https://west.example.com'],
  ...['--target', 'reference'],
]

const list = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })

test('in an empty folder it writes all that a first run needs, and that runs', async () => {
  const folder = emptyFolder()
  const answer = await within(folder, 'init', '--yes', '--world', 'sim', '--json')
  expect(answer.code, answer.err).toBe(0)
  const { written, next } = documentOf('init', answer)
  expect(written).toEqual(['package.json', ...own, workflow])
  expect(next.at(-1)).toBe('npx interregnum run')
  const steps = parse(readFileSync(join(folder, workflow), 'utf8')) as {
    jobs: { failover: { steps: { run?: string }[] } }
  }
  expect(steps.jobs.failover.steps.map(({ run }) => run)).toContain(
    'npx interregnum run --out reports/failover',
  )
  const ran = await within(folder, 'run', 'first-failover', '--json')
  expect(ran.code, ran.err).toBe(0)
  expect(documentOf('verdict', ran)).toMatchObject({ verdict: 'pass', world: 'sim' })
})

test('the scenario for a system without tokens runs, too', async () => {
  const folder = emptyFolder()
  const file = 'scenarios/first-failover.scenario.ts'
  const files = initFiles({ target: 'openldap', world: 'process', claim: 'writes' })
  mkdirSync(join(folder, 'scenarios'))
  writeFileSync(join(folder, file), files.get(file) ?? '')
  const ran = await within(folder, 'run', 'first-failover', '--world', 'sim', '--json')
  expect(ran.code, ran.err).toBe(0)
})

test('two URLs give a topology, and the workflow disturbs it by hand and at night only', async () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'package.json'), '{}')
  const answer = await within(folder, 'init', '--yes', ...urls, '--consent')
  expect(answer.code, answer.err).toBe(0)
  expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe('{}')
  const checked = await within(folder, 'check', 'topology.yaml', '--json')
  expect(checked.code, checked.err).toBe(0)
  expect(documentOf('topology-check', checked).disturbs).toContain(
    'sends  users and operations to us-east-1 (primary) at https://east.example.com',
  )
  const { on } = parse(readFileSync(join(folder, workflow), 'utf8')) as { on: object }
  expect(Object.keys(on)).toEqual(['workflow_dispatch', 'schedule'])
})

test('an OpenID provider: its section is what the target wants, and no secret is written', async () => {
  const folder = emptyFolder()
  const flags = [...urls.slice(0, 4), '--client-id', 'app', '--client-secret-from', 'APP_SECRET']
  const answer = await within(folder, 'init', '--yes', ...flags, '--username', 'ada', '--consent')
  expect(answer.code, answer.err).toBe(0)
  expect(answer.out).toContain('export APP_SECRET=…')
  expect(answer.out).toContain('export OIDC_PASSWORD=…')
  expect(answer.out).toContain('register https://app.example.com/callback with the client')
  const section = remoteSettings({ topology: loadTopology('topology.yaml', folder) }, oidcSection)
  expect(section).toMatchObject({
    issuer: 'https://east.example.com',
    client: { id: 'app', secret: { environment: 'APP_SECRET' } },
    accounts: [{ username: 'ada', password: { environment: 'OIDC_PASSWORD' } }],
  })
  expect(readFileSync(join(folder, workflow), 'utf8')).toContain('secrets.OIDC_PASSWORD')
  const secret = await within(folder, 'init', '--yes', ...flags, '--scim-token-from', 'ey.J.x')
  expect(secret.err).toContain('"--scim-token-from" takes the name of a variable, not a secret')
})

test.for([
  ['python', 'driver.py', 'python3'],
  ['javascript', 'driver.mjs', 'node'],
])('a driver in %s is begun for two URLs', async ([language = '', file = '', program = '']) => {
  const folder = emptyFolder()
  const flags = [...urls.slice(0, 4), '--driver', language, '--consent']
  const answer = await within(folder, 'init', '--yes', ...flags)
  expect(answer.code, answer.err).toBe(0)
  expect(answer.out).toContain(`driver check '${program} ${file}' --topology topology.yaml`)
  expect(readFileSync(join(folder, file), 'utf8')).toContain('make it')
  expect(readFileSync(join(folder, 'interregnum.config.ts'), 'utf8')).toContain(
    `driver: { command: ['${program}', '${file}'] },\n  world: 'remote'`,
  )
  expect((await within(folder, 'check', 'topology.yaml')).code).toBe(0)
})

test('without consent no run begins: the file says which hosts are missing', async () => {
  const folder = emptyFolder()
  expect((await within(folder, 'init', '--yes', ...urls)).out).toContain('under "consent"')
  const ran = await within(folder, 'run')
  expect(ran.code).toBe(64)
  expect(ran.err).toMatch(/topology\.yaml:\d+: "consent": Expected "east\.example\.com"/)
})

test('what is there is left alone; with --force it is replaced', async () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'interregnum.config.ts'), 'mine')
  const refused = await within(folder, 'init', '--yes')
  expect([refused.code, refused.err]).toEqual([
    64,
    'interregnum: interregnum.config.ts is there already\nHint: nothing was written; --force replaces them\n',
  ])
  expect(list(folder)).toEqual(['interregnum.config.ts'])
  expect((await within(folder, 'init', '--yes', '--force')).code).toBe(0)
  expect(readFileSync(join(folder, 'interregnum.config.ts'), 'utf8')).toContain('defineConfig')
})

test.for<[string, readonly string[], string]>([
  ['a target', ['--target', 'openldpa'], '"--target" names openldpa'],
  ['a world', ['--world', 'cloud'], '"--world" names cloud'],
  ['a world of another target', ['--target', 'openldap', '--world', 'sim'], 'runs in the process'],
  ['one URL', ['--target', 'reference', '--url-primary', 'http://a.test'], '"--url-replica"'],
  [
    'no URL',
    [...urls.slice(2), '--url-primary', 'east'],
    '"--url-primary": Expected a URL such as https://login.example.com',
  ],
  [
    'a path',
    [...urls.slice(0, 2), '--url-replica', 'http://b.test/realm', '--target', 'reference'],
    '"--url-replica": Expected scheme, host and port alone',
  ],
  ['a language', [...urls.slice(0, 4), '--driver', 'cobol'], '"--driver" is cobol'],
  ['a driver with a target', [...urls, '--driver', 'python'], 'exclude each other'],
  ['a driver without URLs', ['--driver', 'python'], 'needs "--url-primary"'],
  [
    'an issuer',
    [...urls.slice(0, 4), '--client-id', 'app', '--username', 'ada', '--issuer', 'acme'],
    '"--issuer": Expected a URL',
  ],
  ['a client', [...urls.slice(0, 4), '--client-id', ' ', '--username', 'ada'], '"--client-id" is'],
  ['a flag of another target', ['--client-id', 'app'], '"--client-id" is for the target oidc'],
])('%s that is wrong touches nothing', async ([, flags, message]) => {
  const folder = emptyFolder()
  const answer = await within(folder, 'init', '--yes', ...flags)
  expect(answer.code).toBe(64)
  expect(answer.err).toContain(message)
  expect(list(folder)).toEqual([])
})

test('a person with two URLs is asked for the secret of the client, by its variable', async () => {
  const folder = emptyFolder()
  const person: InitQuestions = {
    choose: async (_, choices) => (choices[1] ?? choices[0])?.value as never,
    text: async (question, { initial } = {}) =>
      question.startsWith('URL')
        ? `http://127.0.0.1:${question.includes('primary') ? 7401 : 7402}`
        : (initial ?? 'app'),
    agree: async (question) => question === 'Has this client a secret?',
  }
  await initCommand({}, { folder } as Surroundings, person)
  const { target } = parse(readFileSync(join(folder, 'topology.yaml'), 'utf8')) as {
    target: { client: unknown; scim: unknown }
  }
  expect(target.client).toEqual({ id: 'app', secret: { environment: 'OIDC_CLIENT_SECRET' } })
  expect(target.scim).toEqual({ token: { environment: 'SCIM_TOKEN' } })
})

test('an answer that cannot be is asked for again at once', async () => {
  const folder = emptyFolder()
  const heard: (string | undefined)[] = []
  const answers: Readonly<Record<string, readonly string[]>> = {
    'URL of the primary Region': ['https://a.test/realms/acme', 'east', 'https://a.test'],
    'URL of the replica Region': ['https://a.test', 'https://b.test'],
    'Issuer of its tokens (iss)': ['acme', 'https://a.test/realms/acme'],
    'Variable that holds its token': ['ey.J.x', 'SCIM_TOKEN'],
  }
  const person: InitQuestions = {
    choose: async (_, choices) => (choices[1] ?? choices[0])?.value as never,
    text: async (question, { problem = () => undefined } = {}) => {
      const tried = answers[question] ?? ['app']
      for (const answer of tried) {
        const why = problem(answer)
        if (why === undefined) return answer
        heard.push(why)
      }
      throw new Error(`no answer to ${question} will do`)
    },
    agree: async () => false,
  }
  await initCommand({}, { folder } as Surroundings, person)
  expect(heard).toEqual([
    'Expected scheme, host and port alone; paths are for the section "target"',
    'Expected a URL such as https://login.example.com',
    'Expected another URL than that of the primary',
    'Expected a URL, as the tokens have it under "iss"',
    'Expected the name of a variable, not a secret',
  ])
})

test('a person is asked; where nobody is, --yes is', async () => {
  const folder = emptyFolder()
  const said: string[] = []
  const person: InitQuestions = {
    choose: async (question, choices) => {
      said.push(question)
      const [first] = choices
      if (first === undefined) throw new Error('nothing to choose')
      return first.value
    },
    text: async (question) => question,
    agree: async () => true,
  }
  const around = { folder } as Surroundings
  await initCommand({}, around, person)
  expect(said).toEqual(['What do you want to break?'])
  expect(own.every((file) => existsSync(join(folder, file)))).toBe(true)
  const nobody = await within(emptyFolder(), 'init', '--json')
  expect(nobody.code).toBe(64)
  expect(nobody.err).toContain('give --yes')
})
