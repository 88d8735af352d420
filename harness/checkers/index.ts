import { availability } from './availability.ts'
import { backwards } from './backwards.ts'
import { certificates } from './certificates.ts'
import type { Checker } from './checker.ts'
import { claimParity } from './claim-parity.ts'
import { convergence } from './convergence.ts'
import { dataLoss } from './data-loss.ts'
import { deauthorisation } from './deauthorisation.ts'
import { gameDay } from './game-day.ts'
import { identities } from './identities.ts'
import { lag } from './lag.ts'
import { lockout } from './lockout.ts'
import { reauthentication } from './reauthentication.ts'
import { recovery } from './recovery.ts'
import { refreshWave } from './refresh-wave.ts'
import { relyingParties } from './relying-parties.ts'
import { replicaGate } from './replica-gate.ts'
import { retries } from './retries.ts'
import { secrets } from './secrets.ts'
import { sessionRegression } from './session-regression.ts'
import { staleRegion } from './stale-region.ts'
import { tokens } from './tokens.ts'
import { totp } from './totp.ts'

/** The checkers of this project; a user's are joined to them at the composition root. */
export const checkers: readonly Checker[] = [
  dataLoss,
  lag,
  convergence,
  backwards,
  tokens,
  availability,
  recovery,
  reauthentication,
  relyingParties,
  retries,
  refreshWave,
  certificates,
  secrets,
  staleRegion,
  deauthorisation,
  lockout,
  totp,
  replicaGate,
  identities,
  sessionRegression,
  claimParity,
  gameDay,
]

export { beginCheckers, checkHistory, runCheckers } from './run-checkers.ts'
