import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { mutants } from '../fixtures/mutants/index.ts'
import { checkers } from './checkers/index.ts'
import { discoverScenarios } from './config/discover-scenarios.ts'
import { durationUnits } from './history/objective.ts'
import * as library from './index.ts'
import { exitCodes } from './kernel/errors.ts'
import { packageRoot } from './kernel/paths.ts'
import type { FaultKind } from './nemesis/fault.ts'
import { acceptedText, type FaultParameter } from './nemesis/fault-parameter.ts'
import { faults } from './nemesis/faults/index.ts'
import { worldNames } from './plan/plan.ts'
import { cognitoChecks } from './preflight/cognito/checks.ts'
import { profiles } from './profiles/index.ts'
import { type MeasurementUnit, unitOf } from './profiles/measurement-unit.ts'
import type { Judgement, Requirement } from './profiles/profile.ts'
import { shapes } from './report/shapes.ts'
import type { FaultName } from './scenario/context.ts'
import type { Scenario } from './scenario/scenario.ts'
import { skipReason } from './scenario/skip-reason.ts'
import { worldsOf } from './scenario/worlds-of.ts'
import { referenceTarget } from './target/reference/target.ts'
import { checkerOf, measurementNames } from './verdict/measurement-names.ts'

/**
 * Goal: what is published about the registries is what they hold. Method: REFERENCE.md and the JSON
 * Schemas are made from them and compared; `npm run reference` writes them anew.
 */
type Row = readonly string[]

function table(head: Row, rows: readonly Row[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
  const line = (row: Row): string => `| ${row.map(cell).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

const code = (text: string): string => `\`${text}\``
const codes = (texts: readonly string[]): string => texts.map(code).join(', ')

async function scenarioTable(): Promise<string> {
  const found = await discoverScenarios({ folder: packageRoot, library })
  const rows = found.map(({ scenario }) => [
    code(scenario.id),
    scenario.claim,
    scenario.requirements.join(', '),
    codes(scenario.needs.faults),
    worldsOf(scenario, faults).join(', ') + storageNote(scenario),
    scenario.quick === true ? 'yes' : '',
  ])
  return table(['scenario', 'claim', 'rules', 'faults', 'worlds', 'quick'], rows)
}

function storageNote({ needs: { storage } }: Scenario): string {
  return storage === undefined ? '' : ` (--storage ${storage})`
}

function preflightTable(): string {
  const rows = cognitoChecks.map(({ id, what, severity, requirements }) => [
    code(id),
    what,
    severity,
    requirements.join(', '),
  ])
  return table(['check', 'what has to be so', 'severity', 'requirements'], rows)
}

/** Each rule, the scenarios that bear on it, where they can run, and what they are to come to. */
async function coverageTable(): Promise<string> {
  const found = (await discoverScenarios({ folder: packageRoot, library })).map(
    ({ scenario }) => scenario,
  )
  const rules = profiles.flatMap((profile) => profile.requirements)
  const rows = rules.flatMap((rule): readonly Row[] => {
    const bearing = found.filter(({ requirements }) => requirements.includes(rule.id))
    const name = `${rule.id} ${rule.name}`
    if (bearing.length === 0) return [[name, 'none', '', '', '', unjudgedText(rule) ?? '']]
    return bearing.map((scenario) => [
      name,
      code(scenario.id),
      ...worldNames.map((world) => {
        const storage = scenario.needs.storage ?? 'memory'
        const reason = skipReason(scenario, { world, storage }, referenceTarget, faults)
        return reason === undefined ? `runs${storageNote(scenario)}` : 'skipped'
      }),
      unjudgedText(rule) ?? expectedText(rule, scenario),
    ])
  })
  return table(
    ['rule', 'scenario', 'sim', 'process', 'container', 'expected of the reference'],
    rows,
  )
}

function unjudgedText({ judgements, notJudged }: Requirement): string | undefined {
  if (judgements.length > 0) return undefined
  return `skipped: ${notJudged ?? 'not judged by this version'}`
}

/** A scenario that is to fail breaks the rule that it names; of its others it says nothing. */
function expectedText({ id }: Requirement, { expected, requirements }: Scenario): string {
  if (expected?.verdict !== 'fail') return 'pass'
  if (expected.rule === id || requirements.length === 1) return 'fail: a documented hazard'
  return expected.rule === undefined ? 'fail, by one of its rules' : `pass; ${expected.rule} fails`
}

function faultTable(): string {
  const kinds = Object.values<FaultKind<FaultName>>(faults)
  const rows = kinds.map(({ name, description, parameters, mayCause, worlds }) => [
    code(name),
    description,
    Object.entries<FaultParameter>(parameters)
      .map(([parameter, about]) => {
        const optional = about.optional === true ? ' (optional)' : ''
        return `${code(parameter)}${optional}: ${acceptedText(about)}; ${about.about}`
      })
      .join('. '),
    codes(mayCause),
    worlds.join(', '),
  ])
  return table(['fault', 'what it does', 'parameters', 'effects', 'worlds'], rows)
}

const published = measurementNames(checkers, profiles)

function checkerTable(): string {
  const rows = checkers.map((checker) => {
    const names = published.measurements.filter((name) => checkerOf(name) === checker.name)
    return [code(checker.name), checker.description, codes(names), codes(checker.requires)]
  })
  return table(['checker', 'what it measures', 'measurements', 'evidence that it needs'], rows)
}

const unitTexts: Readonly<Record<MeasurementUnit, string>> = {
  seconds: 'a duration',
  millis: 'a duration',
  share: 'a share: 5% or 0.05',
  number: 'a number',
}

function objectiveTable(): string {
  const rows = published.short.map(({ name, measurement, at = {}, about }) => [
    code(name),
    about,
    [
      code(measurement),
      ...Object.entries(at).map(([percentile, of]) => `at ${percentile}: ${code(of)}`),
    ].join(', '),
    unitTexts[unitOf(measurement)],
  ])
  return table(['name', 'what it says', 'measurement', 'value'], rows)
}

function profileSections(): readonly string[] {
  return profiles.flatMap(({ name, question, requirements }) => [
    `## Profile \`${name}\``,
    `Answers *${question === 'safe' ? 'Safe?' : 'Compatible?'}*. P is the primary, S the replica.`,
    table(
      ['rule', 'act', 'observe', 'judged by'],
      requirements.map(({ id, name: rule, act, observe, judgements, notJudged }) => [
        `${id} ${rule}`,
        act,
        observe,
        [
          ...judgements.map(thresholdText),
          ...(notJudged === undefined ? [] : [`not judged: ${notJudged}`]),
        ].join('; ') || 'not judged by this version',
      ]),
    ),
    '### Thresholds and their reasons',
    table(
      ['rule', 'threshold', 'reason'],
      requirements.flatMap(({ id, judgements }) =>
        judgements.map((judgement) => [id, thresholdText(judgement), judgement.reason]),
      ),
    ),
  ])
}

function thresholdText(judgement: Judgement): string {
  const { measurement, atMost, atLeast, plusDeclared, optional } = judgement
  const declared = plusDeclared === undefined ? '' : ` + declared ${plusDeclared}`
  const bounds = [
    ...(atMost === undefined ? [] : [`≤ ${atMost}${declared}`]),
    ...(atLeast === undefined ? [] : [`≥ ${atLeast}`]),
  ].join(', ')
  return `${code(measurement)} ${bounds}${optional === true ? ' where it was measured' : ''}`
}

function mutantTable(): string {
  const rows = mutants.map(({ id, description, requirement, worlds, needsNemesis }) => [
    code(id),
    description,
    requirement,
    worlds.join(', '),
    needsNemesis ? 'only under a fault' : 'always',
  ])
  return table(['planted defect', 'what is wrong', 'breaks', 'worlds', 'shows'], rows)
}

function switchTable(): string {
  const rows = Object.entries(referenceTarget.switches ?? {}).map(([name, choices]) => [
    code(name),
    codes(choices.map(String)),
  ])
  return table(['switch', 'choices'], rows)
}

/** Classes of errors with the sentence above each, read from the source. */
function errorTable(): string {
  const source = readFileSync(join(packageRoot, 'harness/kernel/errors.ts'), 'utf8')
  const pattern =
    /\/\*\* ([^*]*) \*\/\nexport class (\w+) extends (\w+) \{\n {2}static override code(?:: \w+)? = '(\w+)'/g
  const rows = [...source.matchAll(pattern)].map(([, about = '', name = '', , code_ = '']) => {
    const made = errorExitCode(name)
    return [code(code_), code(name), about, made]
  })
  return table(['code', 'class', 'meaning', 'exit code'], rows)
}

/** The nearest class in the line of ancestors that states an exit code. */
function errorExitCode(name: string): string {
  const source = readFileSync(join(packageRoot, 'harness/kernel/errors.ts'), 'utf8')
  const start = source.indexOf(`export class ${name} extends`)
  const body = source.slice(start, source.indexOf('\n}', start))
  const own = /exitCode(?:: number)? = exitCodes\.(\w+)/.exec(body)?.[1]
  if (own !== undefined) return String(exitCodes[own as keyof typeof exitCodes])
  const parent = /extends (\w+)/.exec(body)?.[1] ?? 'InterregnumError'
  return parent === 'InterregnumError' ? String(exitCodes.internal) : errorExitCode(parent)
}

async function page(): Promise<string> {
  const sections = [
    '# Reference',
    'Made from the registries by `npm run reference`; a test fails where it differs from them.',
    '## Scenarios',
    await scenarioTable(),
    '## Rules by scenario and world',
    'Which scenario bears on which rule, in which world it runs, and what the documented reference is expected to come to.',
    await coverageTable(),
    '## Faults',
    faultTable(),
    '## Checkers',
    checkerTable(),
    ...profileSections(),
    '## Objectives',
    `\`name comparator value[unit] [at p50|p90|p99]\`, with one of \`<=\`, \`>=\`, \`<\`, \`>\`, \`=\`. A name is one of these, or any measurement of a checker. Units of durations: ${codes(Object.keys(durationUnits))}. An objective that names the measurement of a rule replaces the threshold of the rule.`,
    objectiveTable(),
    '## Planted defects of the reference',
    mutantTable(),
    '## Switches of the reference',
    'The first choice is the default. `--switch name=value`, or `needs.switches` of a scenario.',
    switchTable(),
    '## Checks of the preflight',
    'What `interregnum preflight --target cognito` looks at. Requirements are those of Amazon Cognito multi-Region replication.',
    preflightTable(),
    '## Errors of the harness',
    errorTable(),
    '## Documents',
    `\`interregnum/schemas/<name>.schema.json\`: ${codes(Object.keys(shapes))}.`,
  ]
  return `${sections.join('\n\n')}\n`
}

test('REFERENCE.md is what the registries hold', async () => {
  const text = await page()
  expect(text).toContain('ERR_USAGE')
  expect(text).toContain('data-loss.lostOperations')
  await expect(text).toMatchFileSnapshot('REFERENCE.md')
})

test.for(Object.entries(shapes))(
  'the schema of %s is what the code checks',
  async ([name, shape]) => {
    const schema = z.toJSONSchema(shape, { unrepresentable: 'any' })
    await expect(`${JSON.stringify({ title: name, ...schema }, null, 2)}\n`).toMatchFileSnapshot(
      `../schemas/${name}.schema.json`,
    )
  },
)

test('every rule names checkers that exist', () => {
  const known = new Set(checkers.map((checker) => checker.name))
  const named = profiles.flatMap((profile) => profile.requirements).flatMap((one) => one.checkers)
  expect(named.length).toBeGreaterThan(0)
  expect(named.filter((name) => !known.has(name))).toEqual([])
})
