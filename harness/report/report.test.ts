import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { headerOf } from '../checkers/testing/history-builder.ts'
import type { EventLine } from '../history/line.ts'
import { resolvePlan } from '../plan/resolve.ts'
import type { RunResult, ScenarioResult } from '../verdict/verdict.ts'
import { type Chronicles, chronicleOf } from './chronicle.ts'
import { verdictJson } from './json.ts'
import { junitXml } from './junit.ts'
import { repeatCommand } from './repeat-command.ts'
import { reportHtml } from './report-html.ts'
import { readStoredRun, reportStoredRun } from './stored-run.ts'
import { summaryMarkdown } from './summary.ts'
import { terminalReporter, wantsColor } from './terminal.ts'
import { failed, hostile, mixed, resultOf, scenarioOf } from './testing/sample-result.ts'
import { timelineOf } from './timeline.ts'
import { writeReports } from './write-reports.ts'

const lines: readonly EventLine[] = [
  {
    type: 'invoke',
    at: 10,
    process: 0,
    operation: 'op1',
    function: 'sign-up',
    user: hostile,
    region: 'us-east-1',
    purpose: 'workload',
    arguments: {},
  },
  { type: 'ok', at: 2_000_000, process: 0, operation: 'op1' },
  {
    type: 'fault',
    at: 3_000_000,
    fault: 'fault1',
    kind: hostile,
    phase: 'apply',
    parameters: {},
    effects: [{ effect: 'region-unavailable', region: 'us-east-1' }],
  },
  { type: 'route', at: 3_500_000, region: 'eu-west-1', previous: 'us-east-1' },
  { type: 'end', at: 4_000_000, reason: 'complete' },
]

const header = headerOf('lossy')
const timeline = timelineOf(header, lines)
const chronicles: Chronicles = {
  of: new Map([['lossy', chronicleOf(header, lines)]]),
  trouble: new Map([['open-one', hostile]]),
}

/** Every tag of a page, as written. */
function tagsOf(markup: string): readonly string[] {
  return markup.match(/<[^>]*>/g) ?? []
}

test('the command that repeats a scenario says what was planted and what was switched', () => {
  const plan = resolvePlan(
    { scenarios: ['s'], world: 'sim', mutants: ['m'], switches: { b: '2', a: '1' } },
    {
      tool: '0',
      targets: ['reference'],
      scenarios: ['s'],
      mutants: ['m'],
      switches: { reference: { a: ['1'], b: ['2'] } },
    },
  )
  expect(repeatCommand(plan, 's')).toBe(
    'npx interregnum run s --world sim --seed 7 --mutant m --switch a=1 --switch b=2',
  )
})

test('no name of a user becomes markup of the page, and no control character stays', () => {
  const page = reportHtml(mixed, chronicles)
  expect(page).not.toContain('<script')
  expect(tagsOf(page).filter((tag) => /onload|javascript:/.test(tag))).toEqual([])
  // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the point
  expect(page).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/)
  expect(page).toContain('&#60;script&#62;alert(1)')
})

test('the page loads nothing, runs nothing, and opens with what was tested and the answers', () => {
  const page = reportHtml(mixed, chronicles)
  expect(page).toContain('default-src &#39;none&#39;; style-src &#39;sha256-')
  expect(page).not.toMatch(/<(?:link|img|iframe|object)\b|url\(|@import|\sstyle=/)
  const first = page.slice(0, page.indexOf('<main'))
  for (const text of ['a model', 'Safe?', 'Compatible?', 'Claim?', 'Worst finding', 'Not tested']) {
    expect(first).toContain(text)
  }
  expect(first).toContain('1 of 4 held')
  expect(first).toContain('reference stack 0.1.0')
  expect(first).toContain('npx interregnum scenarios')
  expect(first).toContain('scenarios/README.md')
  expect(first).toContain('2 acknowledged writes of 1 user are gone for good')
  expect(page).toContain('at least 2')
})

test('virtual time is named where it begins, and what is real stands apart', () => {
  const simulated = { ...mixed, world: 'sim' }
  const first = reportHtml(simulated).split('<main')[0]
  expect(first).toContain('sim world (virtual time)')
  expect(first).toContain('Only the column “took (real time)” is not.')
  expect(reportHtml(simulated)).toContain('>took (real time)</th>')
  expect(summaryMarkdown(simulated)).toMatch(
    /sim world \(virtual time\), seed[\s\S]*took \(real time\)/,
  )
  expect(reportHtml({ ...mixed, world: 'process' })).not.toMatch(/virtual|real time/)
})

test('a course, a timeline and a curve each say what their colours stand for', () => {
  const page = reportHtml(mixed, chronicles)
  const course = page.slice(page.indexOf('id="scenarios"'), page.indexOf('class="scenario"'))
  for (const text of [
    'Region unavailable',
    'no answer to a user',
    'clients go to another Region',
  ]) {
    expect(course).toContain(`</svg>${text}</li>`)
  }
  expect(page.slice(course.length)).toContain('</svg>reads by the harness</li>')
  expect(reportHtml(mixed)).not.toContain('class="legend"')
})

test('what one reason kept from being tested is one line of the first screen', () => {
  const first = reportHtml(mixed).split('<main')[0]
  expect(first?.match(/no scenario of this run judged it/g)).toHaveLength(1)
  expect(first).toMatch(/<li>FS-\d\d [a-z-]+ and \d+ more </)
})

test('the timeline shows each Region, the unhealed fault until the end and the switch', () => {
  expect(timeline.lanes.map(({ name }) => name)).toEqual(['us-east-1', 'eu-west-1'])
  expect(timeline.lanes[0]?.bins.reduce((sum, bin) => sum + bin.ok, 0)).toBe(1)
  expect(timeline.lanes[0]?.singles).toMatchObject([{ operation: 'op1', outcome: 'ok' }])
  expect(timeline.faults).toMatchObject([{ start: 3_000_000, end: 4_000_000, healed: false }])
  expect(timeline.routes).toEqual([{ at: 3_500_000, region: 'eu-west-1' }])
})

test('a long history folds into a bounded timeline without losing an operation', () => {
  const many = Array.from({ length: 5_000 }, (_, index): readonly EventLine[] => [
    { ...(lines[0] as Extract<EventLine, { type: 'invoke' }>), operation: `op${index}` },
    { type: 'ok', at: index * 7_919, process: 0, operation: `op${index}` },
  ]).flat()
  const lane = timelineOf({ regions: [{ name: 'us-east-1', role: 'primary' }] }, many).lanes[0]
  expect(lane?.bins.length).toBeLessThanOrEqual(240)
  expect(lane?.bins.reduce((sum, bin) => sum + bin.ok, 0)).toBe(5_000)
  expect(lane?.singles).toBeUndefined()
})

test('JUnit tells a broken rule from an open one and a skipped one, in well-formed XML', () => {
  const xml = junitXml(mixed)
  expect(xml).toContain('tests="4" failures="1" errors="1" skipped="1" time="5"')
  expect(xml).toMatch(/<failure type="fail" message="FS-36: /)
  expect(xml).toContain('<error type="inconclusive" message="starved machine">')
  expect(xml).toContain('<skipped message="needs power-loss"/>')
  expect(xml).toContain('Repeat: interregnum run region-loss --seed 7')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids them
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]|]]>|<script/)
  expect(unbalanced(xml)).toEqual([])
})

test('verdict.json writes what JSON cannot carry as null', () => {
  const parsed: RunResult = JSON.parse(verdictJson(mixed))
  expect(parsed.scenarios[1]?.measurements[0]?.value).toEqual({ low: 2, high: null })
  expect(parsed).toMatchObject({ verdict: 'fail', safe: 'fail', compatible: 'skipped' })
})

test('the summary keeps its tables whole whatever stands in them', () => {
  const rows = summaryMarkdown(mixed)
    .split('\n')
    .filter((line) => line.startsWith('|'))
  const widths = rows.map((row) => row.split('|').length - 1)
  expect(new Set(widths)).toEqual(new Set([4, 5]))
  expect(summaryMarkdown(mixed)).toMatch(/^# Interregnum: fail\n\n\*\*Worst finding:/)
  expect(summaryMarkdown(mixed)).not.toContain('[a](http')
})

test('the last screen on a terminal gives the answers, the worst finding and the repetition', () => {
  let written = ''
  const stream = { write: (text: string) => (written += text) }
  const reporter = terminalReporter({ stream, color: false })
  reporter.scenarioStarted('lossy', failed.claim, 1, 4)
  reporter.progress('lossy', { text: 'Region loss verified', operations: 12 })
  reporter.scenarioEnded(failed)
  reporter.ended(mixed, '/tmp/run')
  expect(written).not.toContain('\u001b')
  expect(written).toContain('[2/4] lossy')
  expect(written).toContain('Safe? no   Compatible? not asked   Claim? 1 of 4 held')
  expect(written).toContain('Not tested: a real system (the target is a model)')
  expect(written).toContain('Report: /tmp/run/report.html')
  expect(written.trimEnd().endsWith('Verdict: fail')).toBe(true)
})

test('what is worth repeating is never a scenario that was skipped', () => {
  const lastScreen = (result: RunResult) => {
    let written = ''
    const stream = { write: (text: string) => (written += text) }
    terminalReporter({ stream, color: false }).ended(result, '/tmp/run')
    return written
  }
  const repeated = (id: string, change: Partial<ScenarioResult>) =>
    scenarioOf({ id, repeat: `interregnum run ${id}`, ...change })
  const absent = repeated('absent', { verdict: 'skipped' })
  const open = repeated('open', { verdict: 'inconclusive' })
  const broken = repeated('broken', { verdict: 'fail' })
  expect(lastScreen(resultOf(absent, open, broken))).toContain('Repeat: interregnum run broken')
  expect(lastScreen(resultOf(absent, open))).toContain('Repeat: interregnum run open')
  expect(lastScreen(resultOf(absent))).not.toContain('Repeat:')
})

test('NO_COLOR wins over everything, a terminal is coloured by itself', () => {
  expect(wantsColor({ NO_COLOR: '1', FORCE_COLOR: '1' }, { isTTY: true })).toBe(false)
  expect(wantsColor({ FORCE_COLOR: '1' }, {})).toBe(true)
  expect(wantsColor({}, { isTTY: true })).toBe(true)
  expect(wantsColor({}, {})).toBe(false)
})

test('a run leaves its five reports; a folder that cannot be written is one clear error', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interregnum-report-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeReports(join(folder, 'run'), mixed)
  expect((await readdir(join(folder, 'run'))).sort()).toEqual([
    'junit.xml',
    'report.html',
    'results.sarif',
    'summary.md',
    'verdict.json',
  ])
  expect(await readFile(join(folder, 'run', 'junit.xml'), 'utf8')).toBe(junitXml(mixed))
  await reportStoredRun(join(folder, 'run'), join(folder, 'again'))
  expect(readStoredRun(join(folder, 'again'))).toEqual(mixed)
  expect(() => readStoredRun(folder)).toThrow(/verdict\.json cannot be read/)
  await writeFile(join(folder, 'verdict.json'), '{"seed":"seven"}')
  expect(() => readStoredRun(folder)).toThrow(/verdict\.json: tool: /)
  await writeFile(join(folder, 'file'), '')
  await expect(writeReports(join(folder, 'file'), mixed)).rejects.toMatchObject({
    code: 'ERR_STORAGE',
    exitCode: 70,
  })
})

/** Elements that are opened and never closed, or the reverse. */
function unbalanced(xml: string): readonly string[] {
  const open: string[] = []
  const wrong: string[] = []
  for (const tag of tagsOf(xml)) {
    const name = /^<\/?([\w-]+)/.exec(tag)?.[1]
    if (name === undefined || tag.endsWith('/>')) continue
    if (!tag.startsWith('</')) open.push(name)
    else if (open.pop() !== name) wrong.push(name)
  }
  return [...open, ...wrong]
}
