import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { drifts } from '../../fixtures/aws/drifts.ts'
import { startExamplePair } from '../../fixtures/aws/example-pair.ts'
import { loadAwsLibraries } from '../preflight/aws-libraries.ts'
import { cognitoChecks } from '../preflight/cognito/checks.ts'
import { actionsOf } from '../preflight/policy.ts'
import { documentOf, emptyFolder, within } from './interregnum.test.support.ts'

const require = createRequire(import.meta.url)
const Ajv = require('ajv')

/** The official schema of SARIF 2.1.0, which allows no property that it does not know. */
const validate: { (value: unknown): boolean; readonly errors?: readonly object[] | null } = new Ajv(
  { schemaId: 'auto' },
)
  .addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'))
  .compile(require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'))

/** Goal: the command says, writes and exits as promised. Method: the command line, on models. */
afterEach(() => {
  vi.unstubAllEnvs()
})

test('the demo finds what it planted, says why, and writes every report', async () => {
  const folder = emptyFolder()
  const answer = await within(folder, 'preflight', '--demo', '--out', 'found')
  expect(answer.code, answer.err).toBe(1)
  for (const { check, alone } of drifts) {
    if (alone !== true) expect(answer.out).toMatch(new RegExp(`^FAIL {2}${check} \\(`, 'm'))
  }
  expect(answer.out).toContain('a model in this process: nothing of AWS was looked at')
  expect(answer.out).toContain('\n  Why: Triggers are not replicated')
  expect(answer.out.trimEnd().split('\n').at(-1)).toBe('reports: found/preflight.html')

  const files = ['junit.xml', 'policy.json', 'preflight.html', 'preflight.json', 'results.sarif']
  expect(readdirSync(join(folder, 'found')).sort()).toEqual(files)
  const read = (name: string): string => readFileSync(join(folder, 'found', name), 'utf8')
  const result = documentOf('preflight', { code: 0, out: read('preflight.json'), err: '' })
  const failed = result.checks.filter(({ verdict }) => verdict === 'fail')
  expect(failed.length).toBeGreaterThan(24)

  const sarif = JSON.parse(read('results.sarif'))
  validate(sarif)
  expect(validate.errors ?? []).toEqual([])
  const findings = failed.reduce((sum, one) => sum + one.findings.length, 0)
  expect(sarif.runs[0].results).toHaveLength(findings)

  expect(read('junit.xml').match(/<failure /g)).toHaveLength(failed.length)
  expect(read('junit.xml').match(/<testcase /g)).toHaveLength(cognitoChecks.length)
  expect(read('preflight.html')).not.toMatch(/<script|\\u000a/)
  expect(read('preflight.html')).toContain('PreTokenGenerationConfig is set at the primary')
})

test('a baseline: what it names is expected, what is new fails, what is gone is told', async () => {
  const folder = emptyFolder()
  const look = (...argv: readonly string[]): ReturnType<typeof within> =>
    within(folder, 'preflight', '--baseline', 'drift.json', ...argv)
  expect((await look('--demo', 'trigger-missing')).code).toBe(64)
  const written = await look('--demo', 'trigger-missing', '--update-baseline')
  expect(written.code, written.err).toBe(0)
  const baseline = JSON.parse(readFileSync(join(folder, 'drift.json'), 'utf8'))
  expect(baseline.findings).toMatchObject([
    { check: 'triggers', subject: 'PreTokenGenerationConfig' },
  ])

  const again = await look('--demo', 'trigger-missing')
  expect(again.code).toBe(0)
  expect(again.out).toContain('expected  triggers (error)')

  const other = await look('--demo', 'tag-missing', '--json')
  expect(other.code).toBe(1)
  const result = documentOf('preflight', other)
  expect(result.checks.flatMap(({ id, verdict }) => (verdict === 'fail' ? [id] : []))).toEqual([
    'tags',
  ])
  expect(result.healed).toMatchObject([{ check: 'triggers' }])

  // What was not looked at is not healed.
  const one = documentOf('preflight', await look('--demo', 'clean', '--check', 'tags', '--json'))
  expect([one.verdict, one.healed]).toEqual(['pass', []])
  writeFileSync(join(folder, 'drift.json'), JSON.stringify({ ...baseline, system: 'us-east-1_X' }))
  expect(await look('--demo', 'clean')).toMatchObject({
    code: 64,
    err: expect.stringContaining('is the baseline of cognito us-east-1_X') as never,
  })
})

test('services are found by the environment, or by a file for each Region', async () => {
  const pair = await startExamplePair()
  try {
    const folder = emptyFolder()
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'example')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example')
    vi.stubEnv('AWS_ENDPOINT_URL', pair.url)
    const argv = ['preflight', '--pool', pair.poolId, '--json']
    const answer = await within(folder, ...argv, '--integration', 'none')
    expect(answer.code, answer.err).toBe(0)
    expect(documentOf('preflight', answer)).toMatchObject({
      model: false,
      regions: ['us-east-1', 'us-west-2'],
      calls: { total: pair.calls.length },
    })

    // Where one Region cannot be reached, what is there was not seen.
    const url = pair.url
    const file = `us-east-1: { '*': '${url}' }\nus-west-2: { '*': '${url}', sns: 'http://127.0.0.1:9' }\n`
    writeFileSync(join(folder, 'endpoints.yaml'), file)
    const half = await within(folder, ...argv, '--endpoints', 'endpoints.yaml')
    expect(half.code, half.err).toBe(2)
    const { checks } = documentOf('preflight', half)
    const unclear = checks.filter(({ verdict }) => verdict === 'inconclusive')
    expect(unclear.map(({ id }) => id)).toEqual(['sms-sandbox', 'sms-limits'])
    expect(unclear[0]?.reason).toMatch(/^sns:\w+ in us-west-2 was not answered: .*ECONNREFUSED/)
  } finally {
    await pair.close()
  }
})

test('without credentials nothing is asked, and the message says what to set', async () => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) {
    vi.stubEnv(name, undefined)
  }
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent')
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent')
  const answer = await within(emptyFolder(), 'preflight', '--pool', 'us-east-1_AbC')
  expect(answer.code).toBe(64)
  expect(answer.err).toMatch(/there are no AWS credentials[\s\S]*Hint: set AWS_PROFILE/)
})

test('the policy is printed alone, without asking anybody', async () => {
  const folder = emptyFolder()
  const argv = ['preflight', '--pool', 'us-east-1_AbC', '--policy']
  const answer = await within(folder, ...argv, '--secondary', 'us-west-2', '--json')
  expect(answer.code).toBe(0)
  const policy = documentOf('preflight-policy', answer)
  expect(actionsOf(policy)).toContain('cognito-idp:DescribeUserPool')
  expect(policy.Statement.find(({ Sid }) => Sid === 'ReadUserPool')?.Resource).toEqual([
    'arn:aws:cognito-idp:us-east-1:*:userpool/us-east-1_AbC',
    'arn:aws:cognito-idp:us-west-2:*:userpool/us-east-1_AbC',
  ])
  expect(JSON.parse((await within(folder, ...argv)).out).Version).toBe('2012-10-17')
})

test.each([
  [['--target', 'keycloak', '--pool', 'us-east-1_AbC'], 'no preflight of "keycloak"'],
  [[], '"--pool" is missing'],
  [['--pool', 'people'], '"--pool" must be the id of a user pool'],
  [['--pool', 'nowhere_AbC'], '"--primary" must be a Region'],
  [['--pool', 'us-east-1_AbC', '--secondary', 'us-east-1'], '"--secondary" must be another Region'],
  [['--pool', 'us-east-1_AbC', '--integration', 'elb'], '"--integration": "elb" is unknown'],
  [['--pool', 'us-east-1_AbC', '--check', 'tag'], 'did you mean "tags"'],
  [['--pool', 'us-east-1_AbC', '--users', '0'], '"--users" must be from 1 to 1000'],
  [['--pool', 'us-east-1_AbC', '--update-baseline'], '"--update-baseline" needs --baseline'],
  [['--pool', 'us-east-1_AbC', '--endpoints', 'absent.yaml'], '"--endpoints": absent.yaml'],
  [['--demo', 'nothing'], '"--demo": "nothing" is unknown'],
  [['--demo', '--pool', 'us-east-1_AbC'], '"--demo" brings a pool of its own'],
])('%j is wrong usage, by name', async (argv, says) => {
  const folder = emptyFolder()
  const answer = await within(folder, 'preflight', ...argv)
  expect(answer.code).toBe(64)
  expect(answer.err).toContain(says)
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['us-east-1: { kms: 3 }', '"us-east-1.kms"'],
  ["us-east-1: { dynamodb: 'http://127.0.0.1:1' }", '"us-east-1.dynamodb" is no service'],
  ["us-east-1: { kms: 'file:///etc' }", '"us-east-1.kms"'],
  ['us-east-1: [', 'is no YAML'],
])('endpoints as %s are refused', async (text, says) => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'endpoints.yaml'), text)
  const argv = ['preflight', '--pool', 'us-east-1_AbC', '--endpoints', 'endpoints.yaml']
  expect(await within(folder, ...argv)).toMatchObject({
    code: 64,
    err: expect.stringContaining(says) as never,
  })
})

test('one message names every package that is missing', async () => {
  const service = (name: string): { client: string; package: string; load: () => never } => ({
    client: 'Client',
    package: name,
    load: () => {
      throw new Error('not found')
    },
  })
  const services = { one: service('@aws-sdk/client-one'), two: service('@aws-sdk/client-two') }
  await expect(loadAwsLibraries(services)).rejects.toMatchObject({
    message: expect.stringContaining('@aws-sdk/client-one, @aws-sdk/client-two') as never,
    hint: 'npm install --save-dev @aws-sdk/client-one@3 @aws-sdk/client-two@3',
    exitCode: 64,
  })
})
