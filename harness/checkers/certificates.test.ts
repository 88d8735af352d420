import { expect, test } from 'vitest'
import { certificates } from './certificates.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, replica } from './testing/history-builder.ts'

function probe(builder: HistoryBuilder, code?: string): HistoryBuilder {
  const process = builder.lines.length
  const options = {
    function: 'sign-in',
    purpose: 'recovery-probe',
    process,
    region: replica,
  } as const
  builder.perform('u1', options, code === undefined ? {} : { type: 'fail', code })
  return builder
}

test('a handshake that failed is told with its reason; other failures are not', () => {
  const builder = probe(
    probe(probe(new HistoryBuilder()), 'connection-refused'),
    'certificate-refused',
  )
  const header = { encrypted: [replica] }
  const { measurements, findings } = check(certificates, builder.end(), header)
  expect(measurements[0]).toMatchObject({ value: { low: 1, high: 1 }, samples: 3 })
  expect(findings.map(({ message }) => message)).toEqual([
    'user u1 could not trust the certificate of eu-west-1 (certificate-refused)',
  ])
})

test('without probes nothing was seen', () => {
  const [measurement] = check(certificates, new HistoryBuilder().end()).measurements
  expect([measurement?.samples, measurement?.inconclusive]).toEqual([
    0,
    'no recovery probe was sent over TLS',
  ])
})
