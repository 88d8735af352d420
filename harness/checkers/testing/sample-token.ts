import type { TokenObservation } from '../../history/line.ts'
import { type HistoryBuilder, primary, replica } from './history-builder.ts'

const hour = 3_600_000_000
/** Wall clock of the clients when the history began. */
const epoch = 1_800_000_000_000_000

/** A sound token that is minted now and lives for an hour, but for what is given. */
export function sampleToken(
  builder: HistoryBuilder,
  given: Partial<TokenObservation> = {},
): TokenObservation {
  const seenAt = epoch + builder.now
  return {
    digest: 'a1',
    use: 'access',
    algorithm: 'RS256',
    keyId: 'k1',
    issuer: 'https://issuer.example/pool',
    expectedIssuer: 'https://issuer.example/pool',
    audience: 'client',
    expectedAudience: 'client',
    subject: 's1',
    issuedAt: seenAt,
    expiresAt: seenAt + hour,
    seenAt,
    verifications: [primary, replica].map((region) => ({ region, snapshot: 's1', accepted: true })),
    ...given,
  }
}
