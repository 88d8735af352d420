import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import type { RunResult } from '../verdict/verdict.ts'
import { sarifJson } from './sarif.ts'
import { failed, hostile, mixed, resultOf } from './testing/sample-result.ts'

/** What these tests read of a log; the schema says what else there is. */
interface Log {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly object[] } }
    readonly results: readonly {
      readonly ruleId: string
      readonly kind: string
      readonly level: string
      readonly message: { readonly text: string }
      readonly locations: readonly {
        readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } }
      }[]
      readonly partialFingerprints: Readonly<Record<string, string>>
    }[]
  }[]
}

interface Validate {
  (value: unknown): boolean
  readonly errors?: readonly { readonly dataPath: string; readonly message: string }[] | null
}

const require = createRequire(import.meta.url)
const Ajv = require('ajv')
const officialSchema = require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')

/** The official schema of SARIF 2.1.0, which allows no property that it does not know. */
const validate: Validate = new Ajv({ schemaId: 'auto', allErrors: true })
  .addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'))
  .compile(officialSchema)

/** The log of a run. @throws If the official schema does not allow it. */
function logOf(result: RunResult): Log {
  const log: unknown = JSON.parse(sarifJson(result))
  validate(log)
  expect(validate.errors ?? []).toEqual([])
  return log as Log
}

const open = {
  ...failed,
  id: 'open one',
  verdict: 'inconclusive' as const,
  findings: [],
  requirements: failed.requirements.map((one) => ({ ...one, verdict: 'inconclusive' as const })),
}

test('the schema is held to strictly: a property that it does not know is found', () => {
  const log = JSON.parse(sarifJson(mixed))
  expect(validate(log)).toBe(true)
  log.runs[0].results[0].seed = 7
  expect(validate(log)).toBe(false)
  expect(validate.errors).toMatchObject([{ dataPath: '.runs[0].results[0]' }])
})

test('each finding of a broken rule is a result, each rule that shows nothing an open one', () => {
  const [run] = logOf(resultOf(failed, open)).runs
  expect(run?.tool.driver.rules).toMatchObject([
    { id: 'FS-36', name: 'AcknowledgedWrites', defaultConfiguration: { level: 'error' } },
  ])
  expect(run?.results.map(({ ruleId, kind, level }) => [ruleId, kind, level])).toEqual([
    ['FS-36', 'fail', 'error'],
    ['FS-36', 'fail', 'error'],
    ['FS-36', 'open', 'none'],
  ])
  const places = run?.results.map((one) => one.locations[0]?.physicalLocation.artifactLocation.uri)
  expect(places?.at(-1)).toBe('open%20one/history.ndjson')
})

test('results can be told apart, and the same run gives the same ones', () => {
  const marks = (): readonly string[] =>
    logOf(mixed).runs.flatMap((run) =>
      run.results.map((one) => JSON.stringify(one.partialFingerprints)),
    )
  expect(new Set(marks()).size).toBe(2)
  expect(marks()).toEqual(marks())
})

test('no control character of a user reaches the messages', () => {
  expect(hostile).toContain('\u001b')
  const [run] = logOf(mixed).runs
  // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the point
  expect(run?.results.map(({ message }) => message.text).join('')).not.toMatch(/[\u0000-\u001f]/)
})

test('a rule with very many findings stays bounded and counts the rest', () => {
  const [first] = failed.findings
  if (first === undefined) throw new Error('the sample has findings')
  const findings = Array.from({ length: 80 }, (_, index) => ({ ...first, operation: `op${index}` }))
  const [run] = logOf(resultOf({ ...failed, findings })).runs
  expect(run?.results).toHaveLength(25)
  expect(run?.results.at(-1)?.message.text).toMatch(/\(and 55 more like it\)$/)
})
