/**
 * Goal: checkers that watch who gets in say what their definitions say. Method: as `fuzz.test.ts`.
 */
import { test } from 'vitest'
import { deauthorisation } from './deauthorisation.ts'
import { identities } from './identities.ts'
import { lockout } from './lockout.ts'
import { replicaGate } from './replica-gate.ts'
import { sessionRegression } from './session-regression.ts'
import { bruteForceDeauthorisation } from './testing/brute-force-deauthorisation.ts'
import { bruteForceGate } from './testing/brute-force-gate.ts'
import { bruteForceIdentities } from './testing/brute-force-identities.ts'
import { bruteForceLockout } from './testing/brute-force-lockout.ts'
import { bruteForceRegression } from './testing/brute-force-regression.ts'
import { bruteForceTotp } from './testing/brute-force-totp.ts'
import { type Duel, fight } from './testing/duel.ts'
import { header, randomAccess } from './testing/random-access.ts'
import { randomFactors } from './testing/random-factors.ts'
import { randomGate } from './testing/random-gate.ts'
import { randomGuesses } from './testing/random-guesses.ts'
import { randomHistory } from './testing/random-history.ts'
import { randomIdentities } from './testing/random-identities.ts'
import { totp } from './totp.ts'

const runs = Number(process.env.INTERREGNUM_FUZZ_RUNS ?? 400)

const duels: readonly Duel[] = [
  {
    checker: deauthorisation,
    oracle: bruteForceDeauthorisation,
    generate: randomAccess,
    kinds: ['never-stopped', 'old-password', 'revived', 'still-accepted'],
    header,
  },
  {
    checker: lockout,
    oracle: bruteForceLockout,
    generate: randomGuesses,
    kinds: ['counter-reset', 'kept-out', 'more-guesses', 'wrongly-accepted'],
  },
  {
    checker: totp,
    oracle: bruteForceTotp,
    generate: randomFactors,
    kinds: ['bypass', 'code-guessed', 'enrolled-on-replica', 'replayed'],
  },
  {
    checker: replicaGate,
    oracle: bruteForceGate,
    generate: randomGate,
    kinds: ['accepted', 'effect'],
  },
  {
    checker: identities,
    oracle: bruteForceIdentities,
    generate: randomIdentities,
    kinds: ['crossed', 'revived', 'second-identity'],
  },
  {
    checker: sessionRegression,
    oracle: bruteForceRegression,
    generate: randomHistory,
    kinds: ['regressed'],
  },
]

test.each(duels)('$checker.name agrees with its oracle', (duel) => fight(duel, runs))
