import { expect, test } from 'vitest'
import { certificateFault } from './certificate-fault.ts'
import { faults } from './faults/index.ts'
import { onReferencePair } from './testing/on-reference-pair.ts'

test('a link whose clients speak no TLS has no certificate to be wrong', async () => {
  await onReferencePair(async ({ stack, route }) => {
    const make = () =>
      certificateFault({ stack, route }, 'clients→replica', 'expired', 'CERT_HAS_EXPIRED')
    expect(make).toThrow('clients of the link clients→replica speak no TLS')
  })
})

test('worlds of real sockets have TLS, virtual time has none', () => {
  for (const name of ['expired', 'wrong-name', 'untrusted'] as const) {
    expect(faults[`certificate-${name}`].worlds).toEqual(['process', 'container'])
  }
})
