/**
 * Goal: checkers that watch who gets in say what their definitions say. Method: as `fuzz.test.ts`.
 */
import { test } from 'vitest'
import { lockout } from './lockout.ts'
import { replicaGate } from './replica-gate.ts'
import { bruteForceGate } from './testing/brute-force-gate.ts'
import { bruteForceLockout } from './testing/brute-force-lockout.ts'
import { bruteForceTotp } from './testing/brute-force-totp.ts'
import { type Duel, fight } from './testing/duel.ts'
import { randomFactors } from './testing/random-factors.ts'
import { randomGate } from './testing/random-gate.ts'
import { randomGuesses } from './testing/random-guesses.ts'
import { totp } from './totp.ts'

const runs = Number(process.env.INTERREGNUM_FUZZ_RUNS ?? 400)

const duels: readonly Duel[] = [
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
]

test.each(duels)('$checker.name agrees with its oracle', (duel) => fight(duel, runs))
