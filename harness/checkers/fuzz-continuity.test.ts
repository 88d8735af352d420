/**
 * Goal: the folds that measure continuity (who was without service for how long, who had to sign in
 * again, which tokens were refused) say what their definitions say. Method: as in `fuzz.test.ts`.
 */
import { test } from 'vitest'
import { claimParity } from './claim-parity.ts'
import { reauthentication } from './reauthentication.ts'
import { recovery } from './recovery.ts'
import { refreshWave } from './refresh-wave.ts'
import { relyingParties } from './relying-parties.ts'
import { retries } from './retries.ts'
import { secrets } from './secrets.ts'
import { staleRegion } from './stale-region.ts'
import { bruteForceClaims } from './testing/brute-force-claims.ts'
import { bruteForceRecovery } from './testing/brute-force-recovery.ts'
import { bruteForceReturn } from './testing/brute-force-return.ts'
import { bruteForceSecrets } from './testing/brute-force-secrets.ts'
import { bruteForceSessions } from './testing/brute-force-sessions.ts'
import { bruteForceVisits } from './testing/brute-force-visits.ts'
import { bruteForceRetries, bruteForceWave } from './testing/brute-force-wave.ts'
import { type Duel, fight } from './testing/duel.ts'
import { randomClaims } from './testing/random-claims.ts'
import { randomRecovery } from './testing/random-recovery.ts'
import { randomReturn } from './testing/random-return.ts'
import { randomSecrets } from './testing/random-secrets.ts'
import { randomSessions } from './testing/random-sessions.ts'
import { randomVisits, visitedParties } from './testing/random-visits.ts'
import { randomWave } from './testing/random-wave.ts'

const runs = Number(process.env.INTERREGNUM_FUZZ_RUNS ?? 400)

const duels: readonly Duel[] = [
  {
    checker: recovery,
    oracle: bruteForceRecovery,
    generate: randomRecovery,
    kinds: ['never-failed-over', 'not-recovered', 'outage', 'unsteady'],
  },
  {
    checker: claimParity,
    oracle: bruteForceClaims,
    generate: randomClaims,
    kinds: ['different-claim', 'missing-claim'],
  },
  {
    checker: reauthentication,
    oracle: bruteForceSessions,
    generate: randomSessions,
    kinds: [
      'foreign-session',
      'lost-refresh-refused',
      'revoked-as-stolen',
      'sign-in-loop',
      'signed-out',
      'throttled-logout',
    ],
  },
  {
    checker: relyingParties,
    oracle: bruteForceVisits,
    generate: randomVisits,
    kinds: [
      'born-expired',
      'invalid-admitted',
      'key-lost',
      'rejected-within-leeway',
      'revoked-admitted',
      'valid-rejected',
    ],
    header: { relyingParties: visitedParties },
  },
  {
    checker: retries,
    oracle: bruteForceRetries,
    generate: randomRecovery,
    kinds: ['retry-storm'],
  },
  {
    checker: refreshWave,
    oracle: bruteForceWave,
    generate: randomWave,
    kinds: ['never-refreshed', 'refreshed-late'],
  },
  {
    checker: staleRegion,
    oracle: bruteForceReturn,
    generate: randomReturn,
    kinds: ['stale-sign-in'],
  },
  {
    checker: secrets,
    oracle: bruteForceSecrets,
    generate: randomSecrets,
    kinds: ['no-secret-works', 'old-secret'],
  },
]

test.each(duels)('$checker.name agrees with its oracle', (duel) => fight(duel, runs))
