import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { emptyFolder, within } from './interregnum.test.support.ts'

// Goal: what a remote run could not do is said with file and line before anything is touched: no
// folder, no ledger, no request. Method: the command line, with Regions where nobody listens.

const regions = `regions:
  east: { role: primary, url: "http://127.0.0.1:9" }
  west: { role: replica, url: "http://localhost:9" }
`
const oidc = 'target:\n  issuer: https://a.test\n  client: { id: app }\n'

async function refusal(text: string, ...flags: readonly string[]): Promise<string> {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'topology.yaml'), text)
  mkdirSync(join(folder, 'not-a-program'))
  writeFileSync(join(folder, 'not-executable'), '')
  writeFileSync(join(folder, 'on.sh'), '#!/bin/sh\n')
  chmodSync(join(folder, 'on.sh'), 0o755)
  const before = readdirSync(folder)
  const remote = ['run', '--world', 'remote', '--topology', 'topology.yaml']
  const answer = await within(folder, ...remote, ...flags)
  expect(answer.code, answer.err).toBe(64)
  expect(readdirSync(folder)).toEqual(before)
  return answer.err.replaceAll(join(folder, 'topology.yaml'), 'file')
}

const hook = (run: string, more = '') =>
  `${regions}hooks:\n  isolatePrimary:\n    run: ${run}\n    undo: [./on.sh]\n${more}`

test.for<[string, string, string, string]>([
  [
    'a section that is not there',
    'oidc',
    regions,
    'file:1: "target.issuer": Expected the URL that tokens have under "iss"',
  ],
  [
    'a section that says something else',
    'cognito',
    `${regions}target:\n  prefix: "9"\n`,
    'file:5: "target.prefix": Expected 3 to 31 of a-z, 0-9 and -',
  ],
  [
    'a secret that nobody set',
    'oidc',
    `${regions}${oidc}  accounts:\n    - { username: ada, password: { environment: NO_SUCH } }\n`,
    'file:8: "target.accounts.0.password": the variable NO_SUCH is not set',
  ],
  [
    'a variable that a hook wants',
    'reference',
    hook('["true"]', '    environment: [HOME, NO_SUCH]\n'),
    'file:8: "hooks.isolatePrimary.environment.1": the variable NO_SUCH is not set',
  ],
  [
    'a hook that is not there',
    'reference',
    hook('[./off.sh]'),
    'file:6: "hooks.isolatePrimary.run.0": there is no program ./off.sh',
  ],
  [
    'a hook that is in no folder of the path',
    'reference',
    hook('[no-such-program-anywhere]'),
    'file:6: "hooks.isolatePrimary.run.0": there is no program no-such-program-anywhere',
  ],
  [
    'a hook that is not executable',
    'reference',
    hook('[./not-executable]'),
    'file:6: "hooks.isolatePrimary.run.0": ./not-executable is not executable',
  ],
  [
    'a hook that is a folder',
    'reference',
    hook('[./not-a-program]'),
    'file:6: "hooks.isolatePrimary.run.0": ./not-a-program is not executable',
  ],
  [
    'an undo that is not there',
    'reference',
    hook('["true"]').replace('./on.sh', './of.sh'),
    'file:7: "hooks.isolatePrimary.undo.0": there is no program ./of.sh',
  ],
  [
    'a Region that the target calls otherwise',
    'reference',
    regions,
    'file:2: "regions.east": Expected us-east-1: so is the primary of the reference called',
  ],
  [
    'an authority that is not there',
    'reference',
    regions.replace(':9" }', ':9", certificateAuthority: none.pem }'),
    'file:2: "regions.east.certificateAuthority": none.pem cannot be read',
  ],
])('%s', async ([, target, text, message]) => {
  expect(await refusal(text, '--target', target)).toContain(message)
})

test('a watch makes no folder for a file that it refuses', async () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'topology.yaml'), regions)
  const answer = await within(folder, 'observe', '--topology', 'topology.yaml', '--out', 'day')
  expect([answer.code, answer.err]).toEqual([64, expect.stringContaining('Expected either')])
  expect(readdirSync(folder)).toEqual(['topology.yaml'])
})
