import { expect, test } from 'vitest'
import { z } from 'zod'
import { sarifJson } from './sarif.ts'
import { failed, hostile, mixed, resultOf } from './testing/sample-result.ts'

/**
 * Goal: what code scanning takes. Method: the parts of the schema of SARIF 2.1.0 that are used,
 * strictly, so that a property that the standard does not know is found.
 */
const text = z.strictObject({ text: z.string().min(1) })
const level = z.enum(['none', 'note', 'warning', 'error'])
const bag = z.looseObject({ tags: z.array(z.string()).optional() })
const rule = z.strictObject({
  id: z.string().min(1),
  name: z.string(),
  shortDescription: text,
  fullDescription: text.optional(),
  defaultConfiguration: z.strictObject({ level }),
  properties: bag.optional(),
})
const location = z.strictObject({
  physicalLocation: z.strictObject({
    artifactLocation: z.strictObject({ uri: z.string().regex(/^[^\s\\]+$/) }),
  }),
  logicalLocations: z.array(z.strictObject({ name: z.string(), kind: z.string() })),
})
const finding = z.strictObject({
  ruleId: z.string(),
  ruleIndex: z.int().min(0),
  kind: z.enum(['notApplicable', 'pass', 'fail', 'review', 'open', 'informational']),
  level,
  message: text,
  locations: z.array(location).min(1),
  partialFingerprints: z.record(z.string(), z.string()),
  properties: bag,
})
const sarif = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z
    .array(
      z.strictObject({
        tool: z.strictObject({
          driver: z.strictObject({
            name: z.string(),
            semanticVersion: z.string(),
            rules: z.array(rule),
          }),
        }),
        automationDetails: z.strictObject({ id: z.string() }),
        invocations: z.array(z.strictObject({ executionSuccessful: z.boolean() })),
        columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
        results: z.array(finding),
        properties: bag,
      }),
    )
    .length(1),
})

const open = {
  ...failed,
  id: 'open one',
  verdict: 'inconclusive' as const,
  findings: [],
  requirements: failed.requirements.map((one) => ({ ...one, verdict: 'inconclusive' as const })),
}

test('each finding of a broken rule is a result, each rule that shows nothing an open one', () => {
  const [run] = sarif.parse(JSON.parse(sarifJson(resultOf(failed, open)))).runs
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
    sarif
      .parse(JSON.parse(sarifJson(mixed)))
      .runs.flatMap((run) => run.results.map((one) => JSON.stringify(one.partialFingerprints)))
  expect(new Set(marks()).size).toBe(2)
  expect(marks()).toEqual(marks())
})

test('no control character of a user reaches the messages', () => {
  expect(hostile).toContain('\u001b')
  const [run] = sarif.parse(JSON.parse(sarifJson(mixed))).runs
  // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the point
  expect(run?.results.map(({ message }) => message.text).join('')).not.toMatch(/[\u0000-\u001f]/)
})

test('a rule with very many findings stays bounded and counts the rest', () => {
  const [first] = failed.findings
  if (first === undefined) throw new Error('the sample has findings')
  const findings = Array.from({ length: 80 }, (_, index) => ({ ...first, operation: `op${index}` }))
  const [run] = sarif.parse(JSON.parse(sarifJson(resultOf({ ...failed, findings })))).runs
  expect(run?.results).toHaveLength(25)
  expect(run?.results.at(-1)?.message.text).toMatch(/\(and 55 more like it\)$/)
})
