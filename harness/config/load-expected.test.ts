import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { checkers } from '../checkers/index.ts'
import { profiles } from '../profiles/index.ts'
import { type ExpectedNames, loadExpected } from './load-expected.ts'

/** Goal: a file is taken as it is meant or refused by name and line. Method: small files. */
const names: ExpectedNames = {
  scenarios: [{ id: 'guess-budget', requirements: ['FS-28'] }],
  targets: [{ name: 'openldap', switches: { lockout: ['local', 'chained'] } }],
  checkers,
  profiles,
}

async function load(text: string): ReturnType<typeof loadExpected> {
  const folder = mkdtempSync(join(tmpdir(), 'interregnum-expected-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'known.yaml')
  writeFileSync(path, text)
  return loadExpected(path, 'known.yaml', names)
}

const entry = (...lines: readonly string[]): string =>
  [
    'target: openldap',
    'expected:',
    '  - scenario: guess-budget',
    ...lines.map((line) => `    ${line}`),
  ]
    .concat('')
    .join('\n')

const good = ['rule: FS-28', 'reason: each counts for itself', 'until: 2027-05-01']

test('a file is read with its digest', async () => {
  expect(await load(entry(...good, 'switches: { lockout: local }'))).toEqual({
    file: 'known.yaml',
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    target: 'openldap',
    entries: [
      {
        scenario: 'guess-budget',
        rule: 'FS-28',
        reason: 'each counts for itself',
        until: '2027-05-01',
        switches: { lockout: 'local' },
      },
    ],
  })
})

test('names of measurements that stand for many are known', async () => {
  const lines = ['measurement: deauthorisation.disable.otherRegionSeconds', ...good.slice(1)]
  expect((await load(entry(...lines))).entries).toHaveLength(1)
})

const aliases = [
  'a: &a [x, x, x, x, x, x, x, x, x, x]',
  'b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]',
  'c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]',
  'expected: [*c, *c, *c, *c, *c]',
].join('\n')

test.for<[string, string, RegExp]>([
  ['no YAML', 'expected: [', /^known\.yaml:\d+: /],
  ['an alias of nothing', 'expected: *known\n', /^known\.yaml:1: there is no anchor &known/],
  ['too many aliases', aliases, /^known\.yaml: Excessive alias count/],
  ['no list', 'target: openldap\n', /^known\.yaml:1: "expected": /],
  [
    'an empty reason',
    entry('rule: FS-28', "reason: ''", 'until: 2027-05-01'),
    /known\.yaml:5: .*why this is known/,
  ],
  ['no reason', entry('rule: FS-28', 'until: 2027-05-01'), /known\.yaml:3: "expected\.0\.reason"/],
  [
    'no day',
    entry('rule: FS-28', 'reason: x', 'until: 2027-02-30'),
    /known\.yaml:6: .*a day such as/,
  ],
  [
    'nothing that is known',
    entry('reason: x', 'until: 2027-05-01'),
    /known\.yaml:3: .*"rule", a "measurement"/,
  ],
  ['an unknown field', entry(...good, 'rules: FS-28'), /known\.yaml:7: there is no field .*rules/],
  [
    'an unknown scenario',
    entry(...good).replace('guess-budget', 'gues-budget'),
    /known\.yaml:3: scenario "gues-budget" is unknown/,
  ],
  [
    'an unknown rule',
    entry('rule: FS-280', ...good.slice(1)),
    /known\.yaml:4: rule "FS-280" is unknown/,
  ],
  [
    'a rule of others',
    entry('rule: FS-36', ...good.slice(1)),
    /known\.yaml:4: rule "FS-36" does not judge guess-budget/,
  ],
  [
    'an unknown measurement',
    entry(...good, 'measurement: lockout.gues'),
    /known\.yaml:7: measurement "lockout\.gues" is unknown/,
  ],
  [
    'an unknown target',
    entry(...good).replace('openldap', 'ldap'),
    /known\.yaml:1: target "ldap" is unknown/,
  ],
  [
    'an unknown switch',
    entry(...good, 'switches: { lock: local }'),
    /known\.yaml:7: switch "lock" is unknown/,
  ],
  [
    'an unknown choice',
    entry(...good, 'switches: { lockout: global }'),
    /known\.yaml:7: switch lockout "global"/,
  ],
  [
    'switches of nobody',
    entry(...good, 'switches: { lockout: local }').replace('target: openldap\n', ''),
    /known\.yaml:6: whose switches/,
  ],
  [
    'the same twice',
    `${entry(...good)}  - scenario: guess-budget\n    rule: FS-28\n    reason: y\n    until: 2028-01-01\n`,
    /known\.yaml:7: the same stands at known\.yaml:3/,
  ],
])('%s is refused where it stands', async ([, text, message]) => {
  await expect(load(text)).rejects.toThrow(message)
})
