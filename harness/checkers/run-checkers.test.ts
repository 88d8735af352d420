import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { memorySink } from '../history/memory-sink.ts'
import { backwards } from './backwards.ts'
import type { Checker } from './checker.ts'
import { checkers, checkHistory, runCheckers } from './index.ts'
import { check } from './testing/agreement.ts'
import { benchHeader, benchLines } from './testing/bench-history.ts'
import { goldenBytes, goldenHistories } from './testing/golden-histories.ts'

const folder = mkdtempSync(join(tmpdir(), 'checkers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const lines = [...benchLines(3_000)]

/** The same checker, which is shown every line. */
function attendingToAll(checker: Checker): Checker['begin'] {
  return (header) => {
    const run = checker.begin(header)
    return { step: (line, index) => run.step(line, index), finish: () => run.finish() }
  }
}

test('from memory and from disk the results are the same', () => {
  const sink = memorySink()
  for (const line of [benchHeader, ...lines]) sink.append(line)
  const path = join(folder, 'history.ndjson')
  writeFileSync(path, sink.toBytes())
  const stored = checkHistory(path, checkers)
  expect(stored.results).toEqual(runCheckers(benchHeader, lines, checkers))
  expect(stored.summary).toMatchObject({ lines: lines.length + 1 })
  expect(stored.summary.torn).toBeUndefined()
})

test('side by side checkers say what each says alone', () => {
  for (const result of runCheckers(benchHeader, lines, checkers)) {
    const checker = checkers.find(({ name }) => name === result.checker)
    expect(checker && runCheckers(benchHeader, lines, [checker])[0]).toEqual(result)
  }
})

test('a checker that nobody else prepares the way for says the same', () => {
  for (const golden of goldenHistories) {
    const bytes = goldenBytes(golden)
    for (const result of checkHistory(bytes, checkers).results) {
      const alone = checkers.filter(({ name }) => name === result.checker)
      expect(checkHistory(bytes, alone).results).toEqual([result])
    }
  }
})

test('what a checker does not ask for changes nothing', () => {
  const all = checkers.map((checker) => ({ ...checker, begin: attendingToAll(checker) }))
  expect(runCheckers(benchHeader, lines, all)).toEqual(runCheckers(benchHeader, lines, checkers))
})

test('who asks for nothing is shown every line, alone and beside others', () => {
  const seen: string[] = []
  const outside: Checker = {
    name: 'outside',
    requires: [],
    description: 'Remembers what it was shown.',
    begin: () => ({
      step: ({ type }, index) => seen.push(`${index} ${type}`),
      finish: () => ({ checker: 'outside', measurements: [], findings: [], evidence: {} }),
    }),
  }
  const every = lines.map(({ type }, place) => `${place + 1} ${type}`)
  for (const others of [[], checkers]) {
    seen.length = 0
    runCheckers(benchHeader, lines, [...others, outside])
    expect(seen).toEqual(every)
  }
})

test('two passes with one header do not meet', () => {
  const one = backwards.begin(benchHeader)
  const two = backwards.begin(benchHeader)
  for (const [index, line] of lines.entries()) one.step(line, index)
  for (const [index, line] of lines.slice(0, 100).entries()) two.step(line, index)
  expect(two.finish()).not.toEqual(one.finish())
  expect(check(backwards, lines).evidence.readings).toBe(
    runCheckers(benchHeader, lines, [backwards])[0]?.evidence.readings,
  )
})
