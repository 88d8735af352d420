import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../kernel/paths.ts'
import { documentOf, emptyFolder, within, withinUntil } from './interregnum.test.support.ts'

/**
 * Goal: what is known fails no run, what is not does, and every output tells them apart. Method: a
 * hazard that the documented reference has, in the sim world.
 */
const scenario = 'guess-budget-over-both-regions'
const run = ['run', scenario, '--world', 'sim', '--json'] as const

test('a file that is written from a run makes the next one pass, until its day', async () => {
  const folder = emptyFolder()
  const read = (...path: readonly string[]) => readFileSync(join(folder, ...path), 'utf8')
  const first = await within(folder, ...run, '--out', 'first')
  expect(first.code).toBe(1)

  expect((await within(folder, 'expected', 'write', 'first', '--out', 'bare.yaml')).out).toMatch(
    /bare\.yaml: 1 expected result, 1 without a reason/,
  )
  const unfilled = await within(folder, ...run, '--expected', 'bare.yaml', '--out', 'no')
  expect(unfilled.code).toBe(64)
  expect(JSON.parse(unfilled.out).error.message).toMatch(/bare\.yaml:\d+: "expected\.0\.reason"/)

  const reasons = ['--reason', 'each Region counts', '--until', '2099-12-31']
  const write = ['expected', 'write', 'first', '--out', 'known.yaml', ...reasons, '--json']
  const written = documentOf('expected-write', await within(folder, ...write))
  expect(written).toMatchObject({ file: 'known.yaml', withoutReason: 0 })
  const checked = documentOf(
    'expected-check',
    await within(folder, 'check', 'known.yaml', '--json'),
  )
  expect(checked).toMatchObject({ entries: written.entries, expired: [], target: 'reference' })

  const second = await within(folder, ...run, '--expected', 'known.yaml', '--out', 'second')
  expect(second.code).toBe(0)
  const verdict = documentOf('verdict', second)
  expect(verdict).toMatchObject({
    verdict: 'pass',
    safe: 'fail',
    expected: { file: 'known.yaml', digest: checked.digest, unexpected: 0, healed: 0 },
    scenarios: [{ verdict: 'fail', expected: { standing: 'expected' } }],
  })
  expect(JSON.parse(read('second', 'plan.json')).expected.entries).toHaveLength(written.entries)
  expect(second.err).toContain('expected until 2099-12-31: FS-28')
  expect(read('second', 'junit.xml')).toMatch(/failures="0".*skipped="1"/)
  expect(read('second', 'junit.xml')).toContain('<skipped type="expected" message="expected until')
  const sarif = JSON.parse(read('second', 'results.sarif')).runs[0].results
  expect(sarif[0].suppressions[0].justification).toBe('until 2099-12-31: each Region counts')
  expect(read('second', 'report.html')).toContain('each Region counts')
  expect(read('second', 'summary.md')).toContain('| expected | guess-budget-over-both-regions')

  expect((await within(folder, 'check', 'second')).code).toBe(0)
  expect((await within(folder, 'check', 'first')).code).toBe(1)
  expect((await within(folder, 'check', 'first', '--expected', 'known.yaml')).code).toBe(0)
  expect((await within(folder, 'report', 'second', '--out', 'again')).code).toBe(0)
  expect(read('again', 'report.html')).toBe(read('second', 'report.html'))
  const kept = await within(folder, 'expected', 'write', 'second')
  expect(kept.out).toContain('each Region counts')

  writeFileSync(join(folder, 'old.yaml'), read('known.yaml').replaceAll('2099', '2020'))
  const late = await within(folder, 'check', 'first', '--expected', 'old.yaml')
  expect(late.code).toBe(1)
  expect(late.out).toContain('expired on 2020-12-31: FS-28')
})

test('what held is healed, and a file of another target is refused', async () => {
  const folder = emptyFolder()
  const entry = `- { scenario: ${scenario}, rule: FS-28, reason: known, until: 2099-01-01 }`
  writeFileSync(join(folder, 'known.yaml'), `expected:\n  ${entry}\n`)
  const mirrored = ['--switch', 'lockoutScope=mirrored', '--expected', 'known.yaml'] as const
  const healed = await within(folder, ...run, ...mirrored, '--out', 'healed')
  expect(documentOf('verdict', healed)).toMatchObject({ expected: { healed: 1, expected: 0 } })
  expect(healed.err).toContain('healed: FS-28 held')

  writeFileSync(join(folder, 'known.yaml'), `target: openldap\nexpected:\n  ${entry}\n`)
  const other = await within(folder, ...run, '--expected', 'known.yaml', '--out', 'other')
  expect(other.code).toBe(64)
  const none = await within(folder, ...run, '--expected', 'builtin', '--out', 'none')
  expect(JSON.parse(none.out).error.message).toContain('comes with target "reference"')
})

test('of a run that did not come to its end nothing is written', async () => {
  const folder = emptyFolder()
  await within(folder, ...run, '--out', 'whole')
  const stop = new AbortController()
  stop.abort()
  const stopped = await withinUntil(stop.signal, folder, ...run, '--out', 'stopped')
  expect(stopped.code).toBe(130)
  const before = readdirSync(folder)
  const write = ['expected', 'write', 'stopped', '--out', 'known.yaml'] as const
  expect(await within(folder, ...write)).toMatchObject({
    ...{ code: 64, out: '' },
    err: expect.stringContaining(`was interrupted: ${scenario} was not run to its end`),
  })
  // One that was killed left no verdict.
  rmSync(join(folder, 'stopped', 'verdict.json'))
  expect((await within(folder, ...write)).code).toBe(64)
  expect(readdirSync(folder)).toEqual(before)
  expect((await within(folder, 'expected', 'write', 'whole')).code).toBe(0)
})

test('every file that comes with a target is right', async () => {
  const systems = join(packageRoot, 'fixtures', 'systems')
  const files = readdirSync(systems)
    .map((name) => join(systems, name, 'expected.yaml'))
    .filter((file) => existsSync(file))
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) {
    expect(await within(emptyFolder(), 'check', file)).toMatchObject({ code: 0, err: '' })
  }
})
