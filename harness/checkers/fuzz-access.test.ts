/**
 * Goal: checkers that watch who gets in say what their definitions say. Method: as `fuzz.test.ts`.
 */
import { test } from 'vitest'
import { lockout } from './lockout.ts'
import { bruteForceLockout } from './testing/brute-force-lockout.ts'
import { type Duel, fight } from './testing/duel.ts'
import { randomGuesses } from './testing/random-guesses.ts'

const runs = Number(process.env.INTERREGNUM_FUZZ_RUNS ?? 400)

const duels: readonly Duel[] = [
  {
    checker: lockout,
    oracle: bruteForceLockout,
    generate: randomGuesses,
    kinds: ['counter-reset', 'kept-out', 'more-guesses', 'wrongly-accepted'],
  },
]

test.each(duels)('$checker.name agrees with its oracle', (duel) => fight(duel, runs))
