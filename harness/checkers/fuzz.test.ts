/**
 * Goal: each fold says what its definition says. Method: thousands of small random histories, in
 * which Regions show whatever they like, are judged by the checker and by an oracle that
 * enumerates reads and writes; every interval and every finding must be the same. The histories
 * must be wild enough to show every kind of finding.
 */
import { test } from 'vitest'
import { availability } from './availability.ts'
import { backwards } from './backwards.ts'
import { convergence } from './convergence.ts'
import { dataLoss } from './data-loss.ts'
import { lag } from './lag.ts'
import { bruteForceBackwards, bruteForceConvergence, bruteForceLag } from './testing/brute-force.ts'
import { bruteForceLoss } from './testing/brute-force-loss.ts'
import { bruteForceAvailability, bruteForceTokens } from './testing/brute-force-service.ts'
import { type Duel, fight } from './testing/duel.ts'
import { randomHistory } from './testing/random-history.ts'
import { randomProbes } from './testing/random-probes.ts'
import { randomTokens } from './testing/random-tokens.ts'
import { tokens } from './tokens.ts'

const runs = Number(process.env.INTERREGNUM_FUZZ_RUNS ?? 2_000)

const duels: readonly Duel[] = [
  {
    checker: dataLoss,
    oracle: bruteForceLoss,
    generate: randomHistory,
    kinds: ['lost', 'missing', 'phantom', 'resurrected', 'unresolved'],
  },
  {
    checker: lag,
    oracle: bruteForceLag,
    generate: randomHistory,
    kinds: ['lag-beyond-declared'],
  },
  {
    checker: convergence,
    oracle: bruteForceConvergence,
    generate: randomHistory,
    kinds: ['diverged', 'impossible'],
  },
  {
    checker: backwards,
    oracle: bruteForceBackwards,
    generate: randomHistory,
    kinds: ['went-backwards'],
  },
  {
    checker: tokens,
    oracle: bruteForceTokens,
    generate: randomTokens,
    kinds: [
      'bad-expiry',
      'rejected-before-expiry',
      'unverifiable',
      'wrong-audience',
      'wrong-issuer',
    ],
  },
  {
    checker: availability,
    oracle: bruteForceAvailability,
    generate: randomProbes,
    kinds: ['not-recovered'],
  },
]

test.each(duels)('$checker.name agrees with its oracle', (duel) => fight(duel, runs))
