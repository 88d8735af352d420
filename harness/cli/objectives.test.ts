import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../kernel/paths.ts'
import { builtinRegistries } from '../registries.ts'
import { documentOf, emptyFolder, within } from './interregnum.test.support.ts'
import { objectivesOf } from './objectives.ts'

/** Goal: what a user claims is judged, and what cannot be meant is refused by place and part. */

const scenario = 'region-loss-with-replication-held'
const example = (name: string) => join(packageRoot, 'scenarios', 'objectives', `${name}.txt`)

test('the claims of the bank and the shop hold for the reference in virtual time', async () => {
  const folder = emptyFolder()
  const some = [scenario, 'tokens-survive-cutover', 'catch-up-after-a-cut', 'forgotten-device']
  const argv = ['run', ...some, '--world', 'sim', '--objectives', example('bank'), '--json']
  const run = await within(folder, ...argv)
  expect(run.code, run.err).toBe(0)
  const { claim, objectives = [] } = documentOf('verdict', run)
  expect(claim).toBe('pass')
  expect(objectives.map((one) => one.verdict)).toEqual(objectives.map(() => 'pass'))
  expect(objectives.length).toBeGreaterThan(3)
  expect(run.err).toContain('Claim? yes')
  const shop = await within(folder, 'check', 'reports/latest', '--objectives', example('shop'))
  expect(shop.code, shop.out).toBe(0)
  expect(shop.out).toContain('objective observedLoss <= 60s: pass: met by')
})

test('a claim that is broken is a failure, is repeated with it, and can be judged otherwise', async () => {
  const folder = emptyFolder()
  const argv = ['run', scenario, '--world', 'sim', '--objective', 'missingWrites<=0', '--json']
  const run = await within(folder, ...argv)
  expect(run.code, run.err).toBe(1)
  const verdict = documentOf('verdict', run)
  expect(verdict).toMatchObject({
    verdict: 'fail',
    safe: 'pass',
    claim: 'fail',
    objectives: [{ objective: 'missingWrites <= 0', verdict: 'fail', scenario }],
    scenarios: [{ verdict: 'fail', safe: 'pass' }],
  })
  expect(verdict.scenarios[0]?.repeat).toContain("--objective 'missingWrites <= 0'")
  const checked = documentOf('check', await within(folder, 'check', 'reports/latest', '--json'))
  expect(checked).toMatchObject({ verdict: 'fail', safe: 'pass', claim: 'fail' })
  const asked = ['--objective', 'missingWrites <= 1000']
  expect(await within(folder, 'check', 'reports/latest', ...asked)).toMatchObject({ code: 0 })
  const unseen = ['--objective', 'availability.recovery <= 5s']
  const shown = await within(folder, 'check', 'reports/latest', ...unseen)
  expect(shown.code).toBe(2)
  expect(shown.out).toContain('no scenario of this run measured it')
})

test.for([
  [['run', '--objective', 'observedLoss <= 1'], 'give a unit such as 1s'],
  [['run', '--objective', 'observdLoss <= 1s'], 'Hint: did you mean "observedLoss"?'],
  [['run', '--objectives', 'nowhere.txt'], '"--objectives": nowhere.txt cannot be read'],
  [['run', '--plan', 'p.json', '--objective', 'x <= 1'], '"--plan" already says what'],
  [['check', '.', '--objective', 'lag < 1'], '--objective: "lag < 1": unit: lag is a duration'],
] as const)('%j is wrong usage', async ([argv, message]) => {
  const answer = await within(emptyFolder(), ...argv)
  expect(answer).toMatchObject({ code: 64, out: '' })
  expect(answer.err).toContain(message)
})

test('a file names its line, the configuration its own, and flags win over it', () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'mine.txt'), '# mine\n\nlag <= 1s # a second\nlostWrites <= 5s\n')
  writeFileSync(join(folder, 'good.txt'), 'lag<=1s\nlag <= 1s\nlostWrites = 0')
  writeFileSync(join(folder, 'empty.txt'), '# nothing\n')
  const configFile = join(folder, 'interregnum.config.ts')
  writeFileSync(configFile, "export const config = {\n  objectives: ['lag <= 1s at p99'],\n}\n")
  const registries = builtinRegistries
  const configured = { config: { objectives: ['lag <= 1s at p99'] }, configFile, registries }
  const from = (flags: Parameters<typeof objectivesOf>[0]) =>
    objectivesOf(flags, configured, { folder })
  expect(() => from({ objectives: 'mine.txt' })).toThrow('mine.txt:4: "lostWrites <= 5s": unit')
  expect(() => from({ objectives: 'empty.txt' })).toThrow('empty.txt holds no objective')
  expect(() => from({})).toThrow(`${configFile}:2: "objectives": "lag <= 1s at p99": percentile`)
  expect(from({ objectives: 'good.txt', objective: ['missingWrites < 3'] })).toEqual([
    'lag <= 1s',
    'lostWrites = 0',
    'missingWrites < 3',
  ])
})
