/**
 * Goal: stored histories keep their judgement. Each was built by `testing/golden-histories.ts`;
 * `INTERREGNUM_WRITE_GOLDEN=1` writes the files anew.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../kernel/paths.ts'
import { checkers, checkHistory } from './index.ts'
import { goldenBytes, goldenFile, goldenHistories } from './testing/golden-histories.ts'

/** Kinds that a threshold decides about: alone they break no rule. */
const measuredAlone = ['missing', 'outage', 'unsteady', 'refreshed-late', 'retry-storm']

const folder = join(packageRoot, 'fixtures', 'histories')
const files = new Map(goldenHistories.map((golden) => [goldenFile(golden), golden]))

if (process.env.INTERREGNUM_WRITE_GOLDEN !== undefined) {
  for (const [file, golden] of files) writeFileSync(join(folder, file), goldenBytes(golden))
}

test('the folder holds these histories and no other', () => {
  const stored = readdirSync(folder).filter((file) => file.endsWith('.ndjson'))
  expect(stored.sort()).toEqual([...files.keys()].sort())
  for (const [file, golden] of files) {
    const isSame = Buffer.compare(readFileSync(join(folder, file)), goldenBytes(golden)) === 0
    expect(isSame, `${file} is what its builder writes`).toBe(true)
  }
})

test.each([...files])('%s', (file, golden) => {
  const { results, summary } = checkHistory(join(folder, file), checkers)
  expect(summary.torn).toBeUndefined()
  const named = results.find((result) => result.checker === (golden.violates ?? 'data-loss'))
  const kinds = new Set(named?.findings.map((finding) => finding.kind))
  expect([...kinds].sort()).toEqual(golden.kinds)
  if (golden.violates === undefined) {
    const findings = results.flatMap((result) => result.findings)
    expect(findings.filter((finding) => !measuredAlone.includes(finding.kind))).toEqual([])
  } else {
    for (const finding of named?.findings ?? []) {
      const measurement = named?.measurements.find((entry) => entry.name === finding.measurement)
      expect(measurement?.value.low, finding.measurement).toBeGreaterThan(0)
      expect(measurement?.inconclusive).toBeUndefined()
      for (const name of [finding.user, finding.region, finding.operation]) {
        expect(name).not.toBe('')
      }
    }
  }
})

test('every checker has a history that it objects to', () => {
  const objectors = new Set(goldenHistories.map((golden) => golden.violates))
  for (const checker of checkers) expect(objectors.has(checker.name), checker.name).toBe(true)
})

test('every checker sees what it requires in a history that holds', () => {
  const seen = new Set<string>()
  for (const golden of goldenHistories.filter(({ violates }) => violates === undefined)) {
    for (const { checker, measurements } of checkHistory(goldenBytes(golden), checkers).results) {
      const isConclusive = measurements.some(
        (entry) => entry.samples > 0 && entry.inconclusive === undefined,
      )
      if (isConclusive) seen.add(checker)
    }
  }
  expect([...seen].sort()).toEqual(checkers.map((checker) => checker.name).sort())
})
