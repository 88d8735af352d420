import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mutants } from '../../fixtures/mutants/index.ts'
import { documentOf, emptyFolder, within } from './interregnum.test.support.ts'

test('the list names every defect with the rule that it breaks, and tries none', async () => {
  const folder = emptyFolder()
  const listed = documentOf('mutants', await within(folder, 'mutants', '--json'))
  expect(listed.mutants.map(({ id }) => id)).toEqual(mutants.map(({ id }) => id))
  expect(listed.mutants[0]).toMatchObject({ killed: null, seeds: 0 })
  const text = await within(folder, 'mutants', '--mutant', 'wrong-key-id')
  expect(text).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^wrong-key-id {2}FS-37\n {2}/),
  })
})

test('the matrix tells what a scenario notices from what it does not', async () => {
  const chosen = ['--mutant', 'wrong-key-id', '--mutant', 'keep-old-password']
  const argv = ['mutants', '--matrix', 'tokens-survive-cutover', ...chosen]
  const tried = await within(emptyFolder(), ...argv, '--json')
  expect(tried.code, tried.err).toBe(1)
  expect(documentOf('mutants', tried)).toMatchObject({
    mutants: [
      {
        id: 'wrong-key-id',
        killed: true,
        seeds: 1,
        scenarios: [{ scenario: 'tokens-survive-cutover', cell: 'killed', seed: 7 }],
      },
      { id: 'keep-old-password', killed: false, scenarios: [{ cell: 'survived' }] },
    ],
  })
  expect(tried.err).toBe(
    'wrong-key-id: noticed by tokens-survive-cutover\nkeep-old-password: not noticed\n',
  )
})

test('a matrix in text has a row for each defect and a column for each scenario', async () => {
  const argv = ['mutants', '--matrix', 'tokens-survive-cutover', '--mutant', 'wrong-key-id']
  const tried = await within(emptyFolder(), ...argv)
  expect(tried.code).toBe(0)
  expect(tried.out).toContain('   1  tokens-survive-cutover\n')
  expect(tried.out).toContain('\nwrong-key-id  FS-37   X\n')
})

test.for([
  [['mutants', '--mutant', 'wrong-key'], 'Hint: did you mean "wrong-key-id"?'],
  [['mutants', '--matrix', 'blak-hole'], 'Hint: did you mean "black-hole"?'],
  [['mutants', '--seeds', '3'], '"--seeds" goes with "--matrix"'],
  [['mutants', 'black-hole'], 'names of scenarios go with "--matrix"'],
  [['mutants', '--matrix', '--seeds', '0'], '"--seeds" must be from 1 to 1000'],
  [['report', 'nowhere'], 'does not exist'],
  [['report', '.'], 'verdict.json cannot be read'],
] as const)('%j is wrong usage', async ([argv, message]) => {
  const answer = await within(emptyFolder(), ...argv)
  expect(answer).toMatchObject({ code: 64, out: '' })
  expect(answer.err).toContain(message)
})

test('reports of a stored run are written anew, there or elsewhere, the same', async () => {
  const folder = emptyFolder()
  const run = await within(folder, 'run', 'tokens-survive-cutover', '--world', 'sim', '--out', 'r')
  expect(run.code, run.err).toBe(0)
  const names = ['junit.xml', 'summary.md', 'report.html']
  const read = (from: string) => names.map((name) => readFileSync(join(folder, from, name), 'utf8'))
  const before = read('r')
  for (const name of names) rmSync(join(folder, 'r', name))
  expect(documentOf('report', await within(folder, 'report', 'r', '--json'))).toEqual({
    folder: 'r',
    report: 'r/report.html',
    verdict: 'pass',
  })
  expect(read('r')).toEqual(before)
  expect(await within(folder, 'report', 'r', '--out', 'again')).toMatchObject({
    code: 0,
    out: '1 scenario, pass: again/report.html\n',
  })
  expect(read('again')).toEqual(before)
})
