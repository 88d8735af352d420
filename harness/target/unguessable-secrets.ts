import { createHmac } from 'node:crypto'
import type { Secrets } from './secrets.ts'

/** One of each class of character that a default password policy asks for. */
const classes = 'Ir7-'

/**
 * Secrets of a run against a service that others use: not from the seed, which stands in a report,
 * but from a key that is in memory alone. A label gives the same secret within one run only.
 */
export function unguessableSecrets(key: Uint8Array): Secrets {
  const bytes = (use: string, label: string): Buffer =>
    createHmac('sha256', key).update(`${use}\n${label}`).digest()
  const password = (use: string, label: string): string =>
    classes + bytes(use, label).toString('hex').slice(0, 32)
  return {
    passwordFor: (label) => password('password', label),
    wrongPasswordFor: (guess) => password('wrong-password', guess),
    codeFor: (guess, turn) =>
      String(bytes('code', `${guess}\n${turn}`).readUInt32BE(0) % 1_000_000).padStart(6, '0'),
    bytesFor: (step, length) => {
      const parts: Buffer[] = []
      for (let part = 0; part * 32 < length; part += 1)
        parts.push(bytes('bytes', `${step}\n${part}`))
      return Buffer.concat(parts).subarray(0, length)
    },
  }
}
