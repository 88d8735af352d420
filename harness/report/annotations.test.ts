import { expect, test } from 'vitest'
import { annotationLines, annotationsReporter } from './annotations.ts'
import { failed, mixed, resultOf, scenarioOf } from './testing/sample-result.ts'

test('what broke is an error, what shows nothing a warning, the answers are a notice', () => {
  const lines = annotationLines(mixed)
  expect(lines.map((line) => line.slice(0, line.indexOf(' ')))).toEqual([
    '::error',
    '::warning',
    '::notice',
  ])
  expect(lines[0]).toMatch(/^::error title=FS-36 lossy::2 acknowledged writes of 1 user are gone/)
  expect(lines[0]).toContain('Repeat: interregnum run region-loss --seed 7')
  expect(lines[1]).toBe('::warning title=open-one%3A inconclusive::starved machine')
  expect(lines[2]).toMatch(/^::notice title=Interregnum::Safe\? no Compatible\? not asked/)
})

test('what carried the links, and whose stack it was, is said as it was', () => {
  const noticed = (part: object): string => annotationLines({ ...mixed, ...part }).at(-1) ?? ''
  const toxiproxy = { name: 'toxiproxy', image: 'example/toxiproxy:2' } as const
  expect(noticed({ world: 'container', proxy: toxiproxy })).toContain(
    'container world (real containers), links through the API of Toxiproxy (example/toxiproxy',
  )
  const own = { name: 'link-proxy', image: 'own' } as const
  expect(noticed({ world: 'container', proxy: own, attached: 'demo' })).toContain(
    'container world (real containers), compose project demo, links through the link proxy (own)',
  )
})

test('no name ends its line or its property', () => {
  const id = 'a,b::c%0A\nd'
  const [line = ''] = annotationLines(resultOf({ ...failed, id }))
  expect(line).not.toMatch(/[\r\n]/)
  expect(line).toMatch(/^::error title=FS-36 a%2Cb%3A%3Cc|^::error title=FS-36 a%2Cb%3A%3Ac%250A/)
})

test('GitHub drops what is beyond ten of a kind, so no more are written', () => {
  const many = Array.from({ length: 30 }, (_, index) =>
    scenarioOf({ id: `s${index}`, verdict: 'fail', reason: 'broken' }),
  )
  let written = ''
  const reporter = annotationsReporter({ write: (text) => (written += text) })
  reporter.ended(resultOf(...many), '/tmp/run')
  expect(written.match(/^::error /gm)).toHaveLength(10)
})
