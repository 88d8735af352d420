import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { documentOf, emptyFolder, within } from './interregnum.test.support.ts'
import {
  answersOf,
  type DrilledPair,
  drilledPair,
  type Running,
  servedAgain,
  start,
  until,
  type Write,
  watching,
} from './observe.test.support.ts'

/**
 * Goal: a failover that somebody performs is watched from outside, and nothing outside the prefix
 * is written. Method: the built program and the real SDK against a reference pair of this process,
 * whose primary is lost and whose router is flipped by this script; the audit logs are the witness.
 */
let pair: DrilledPair

beforeAll(async () => {
  pair = await drilledPair()
})

afterAll(() => pair?.[Symbol.asyncDispose]())

const aws = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' }

const started = (folder: string, ...argv: readonly string[]): Running => start(folder, aws, ...argv)

const keyOf = ({ region, sequence }: Write): string => `${region} ${sequence}`

async function mark(folder: string, label: string): Promise<void> {
  const { code, err } = await started(folder, 'mark', label).answer
  expect(code, err).toBe(0)
}

test('a failover by hand is measured from canaries and marks, and leaves no trace', async () => {
  const folder = emptyFolder()
  const before = new Set((await pair.writes()).map(keyOf))
  const file = pair.topology(folder)
  const flags = ['--topology', file, '--route', pair.routeUrl, '--rate', '20', '--out', 'day']
  const running = started(
    folder,
    'observe',
    ...flags,
    '--objective',
    'firstSuccess <= 1min',
    '--json',
  )
  await until(`the watch began: ${running.said()}`, watching(running))
  expect((await pair.users()).filter((name) => name.startsWith('drill-'))).toHaveLength(3)
  // Clients are seen served before they are not.
  const day = join(folder, 'day')
  await until('a session was refreshed', () => answersOf(day, 'sessions').includes('ok'))
  await pair.losePrimary()
  await until('clients cannot sign in', () => running.said().includes('clients cannot sign in'))
  await mark(folder, 'detected')
  await mark(folder, 'decided')
  pair.flip()
  await mark(folder, 'routing flipped')
  await until('clients sign in', () => running.said().includes('\nclients sign in'))
  await until('clients are served again', servedAgain(day))
  await pair.primaryIsBack()
  await mark(folder, 'end')

  const answer = await running.answer
  expect(answer.code, answer.err).toBe(0)
  const verdict = documentOf('verdict', answer)
  expect(verdict).toMatchObject({
    target: 'cognito',
    verdict: 'pass',
    claim: 'pass',
    leftovers: [],
  })
  const figures = new Map(
    verdict.scenarios[0]?.measurements.map((one) => [one.name.replace('game-day.', ''), one]),
  )
  for (const name of [
    'detection',
    'decision',
    'switch',
    'propagation',
    'firstSuccess',
    'success99',
    'firstRefresh',
  ]) {
    const figure = figures.get(`${name}Millis`)
    expect(figure, name).toBeDefined()
    expect(figure?.inconclusive, name).toBeUndefined()
    expect(figure?.value.high, name).toBeGreaterThanOrEqual(figure?.value.low ?? Infinity)
  }
  expect(readdirSync(join(folder, 'day'))).toEqual(
    expect.arrayContaining(['observe', 'plan.json', 'report.html', 'verdict.json']),
  )
  const history = readFileSync(join(folder, 'day', 'observe', 'history.ndjson'), 'utf8')
  expect(history).toContain('"detail":"routing flipped"')
  expect(history).not.toContain('Ir7-')

  expect(await pair.users()).toEqual(['ada'])
  const written = (await pair.writes()).filter((entry) => !before.has(keyOf(entry)))
  const outside = written.filter(({ by }) => by.user?.startsWith('drill-') !== true)
  expect(written.map(({ operation }) => operation)).toContain('AdminDeleteUser')
  expect(outside.map(({ operation, by }) => [operation, by])).toEqual([])
  expect(readdirSync(join(folder, '.state', 'runs'))).toEqual([])
  expect(readdirSync(join(folder, '.state', 'watches'))).toEqual([])
})

test('a watch that is killed leaves no user: its reaper removes them', async () => {
  const folder = emptyFolder()
  const running = started(folder, 'observe', '--topology', pair.topology(folder))
  await until('the watch began', watching(running))
  expect(await pair.users()).toHaveLength(4)
  running.child.kill('SIGKILL')
  await until('no user is left', async () => (await pair.users()).length === 1)
  await until('no ledger is left', () => readdirSync(join(folder, '.state', 'runs')).length === 0)
})

test('what cannot be watched is said, and nothing is touched', async () => {
  const folder = emptyFolder()
  const before = await pair.users()
  const topology = ['--topology', pair.topology(folder)]
  const answers = [
    await started(folder, 'mark', 'detected').answer,
    await within(folder, 'observe'),
    await within(folder, 'observe', ...topology, '--rate', '500'),
    await within(folder, 'observe', ...topology, '--target', 'reference'),
    await within(folder, 'observe', ...topology, '--stop-when', 'errors'),
    await within(folder, 'observe', ...topology, '--stop-file', ''),
    await within(folder, 'observe', ...topology, '--stop-file', 'pair.yaml'),
    await within(folder, 'mark', 'x', '--as', 'y'),
    await within(folder, 'mark', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'),
  ]
  expect(answers.map(({ code }) => code)).toEqual(answers.map(() => 64))
  expect(answers.map(({ err }) => err.split('\n')[0])).toEqual([
    'interregnum: no observation is under way',
    'interregnum: "--topology" is missing: it says where the Regions are',
    'interregnum: "--rate": Too big: expected number to be <=20',
    'interregnum: the target reference asks nobody for consent: it is not observed',
    'interregnum: "--stop-when" is "errors"',
    'interregnum: "--stop-file" needs the name of a file',
    `interregnum: the stop file ${join(folder, 'pair.yaml')} exists: nothing was begun`,
    'interregnum: "--as" is y; expected one of detection, decision, switch, failback, end',
    'interregnum: the label looks like a token or a key: it would stand in the report',
  ])
  expect(readdirSync(folder)).toEqual(['pair.yaml'])
  expect(await pair.users()).toEqual(before)
})
