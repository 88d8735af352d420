import type { Percentile } from '../history/objective.ts'
import { type DataClass, dataClasses } from '../history/operation.ts'

/**
 * A short name that objectives may use. In a name that ends in `<…>` any word may stand there; it
 * stands for the same word in the measurement.
 */
export interface ObjectiveName {
  readonly name: string
  readonly measurement: string
  /** Measurements of percentiles, where they are taken. */
  readonly at?: Partial<Readonly<Record<Percentile, string>>>
  /** What it says, in one phrase. */
  readonly about: string
}

const short = (name: string, measurement: string, about: string): ObjectiveName => ({
  name,
  measurement,
  about,
})

/** Classes as they are spoken of in a sentence. */
const classes: Readonly<Record<DataClass, string>> = {
  'sign-ups': 'new users',
  credentials: 'first passwords and secrets',
  profile: 'attributes, groups',
  mfa: 'factors set at sign-up',
  sessions: 'remembered devices',
  deauthorisation: 'changes that take access away',
}

/** Changes that take access away, by what they take it from. */
const takenAway = {
  disable: 'a disabled user',
  delete: 'a deleted user',
  group: 'a group that was taken away',
  secret: 'a deleted client secret',
  password: 'a replaced password',
  mfa: 'a password without the enrolled factor',
  revocation: 'a revoked session',
  signOut: 'a session that was signed out',
  device: 'a forgotten device',
} as const

/** Every short name. One whose checker is not there cannot be used. */
export const objectiveNames: readonly ObjectiveName[] = [
  short(
    'observedLoss',
    'data-loss.observedLossSeconds',
    'how far back acknowledged writes are missing on the replica at the cutover',
  ),
  ...dataClasses.map((name) =>
    short(
      `observedLoss.${name}`,
      `data-loss.observedLossSeconds.${name}`,
      `the same, of ${classes[name]} alone`,
    ),
  ),
  short('missingWrites', 'data-loss.missingOperations', 'writes missing at the cutover'),
  short('lostWrites', 'data-loss.lostOperations', 'writes that never came back'),
  {
    ...short('lag', 'lag.lagMillisMax', 'until the replica shows a write, undisturbed, at most'),
    at: { p50: 'lag.lagMillisMedian' },
  },
  short(
    'convergence',
    'convergence.convergenceMillis',
    'until both Regions agree once everything is healed',
  ),
  short(
    'availability.recovery',
    'availability.recoveryMillis',
    'from the loss to twenty sign-ins in a row',
  ),
  short('availability.success', 'availability.successRatio', 'share of probes that succeeded'),
  short(
    'staleness.deauthorisation',
    'deauthorisation.otherRegionSeconds',
    'how long another Region accepts what an acknowledged change forbids',
  ),
  ...Object.entries(takenAway).map(([kind, what]) =>
    short(
      `staleness.${kind}`,
      `deauthorisation.${kind}.otherRegionSeconds`,
      `the same, of ${what} alone`,
    ),
  ),
  short(
    'staleness.relyingParty',
    'deauthorisation.relyingPartySeconds',
    'how long an application that asks accepts what a change forbids',
  ),
  short(
    'staleness.offline',
    'deauthorisation.offlineSeconds',
    'how long an application that asks nobody accepts what a change forbids',
  ),
  short(
    'stopAccount',
    'deauthorisation.stopAccountSeconds',
    'until an account is shut everywhere while the primary is gone',
  ),
  short('recovery', 'recovery.worstMillis', 'until the slowest population is served again'),
  {
    ...short(
      'recovery.<population>',
      'recovery.<population>.millis',
      'until that population is served again',
    ),
    at: { p99: 'recovery.<population>.millisP99' },
  },
  short('switchover', 'recovery.switchMillis', 'from the loss to the first answer elsewhere'),
  short('detection', 'game-day.detectionMillis', 'from the loss to the mark that it was detected'),
  short('decision', 'game-day.decisionMillis', 'from detection to the mark of the decision'),
  short('routingSwitch', 'game-day.switchMillis', 'from the decision to the mark of the switch'),
  short('propagation', 'game-day.propagationMillis', 'from the switch until clients are served'),
  short('firstSuccess', 'game-day.firstSuccessMillis', 'from the loss to twenty sign-ins in a row'),
  short('success99', 'game-day.success99Millis', 'from the loss to 99 % of sign-ins for a minute'),
  short(
    'firstRefresh',
    'game-day.firstRefreshMillis',
    'from the loss to twenty refreshes in a row',
  ),
  short('reauthentication', 'reauthentication.share', 'share of users who had to sign in again'),
  short('refreshWave', 'refresh-wave.millis', 'until the last user has a refreshed session'),
  short('guessFactor', 'lockout.guessFactor', 'guesses that all Regions admit, per those of one'),
  short('guesses', 'lockout.guessesAdmitted', 'guesses that all Regions admit'),
  short('keptOut', 'lockout.keptOutUsers', 'users whom somebody else locked out'),
  short('mfaBypasses', 'totp.bypasses', 'sessions that began without the required factor'),
  short(
    'retryAmplification',
    'retries.amplificationMax',
    'requests of an outage, per those before',
  ),
  short(
    'tokenRejection',
    'relying-parties.validRejectedSeconds',
    'how long an application rejected a valid token',
  ),
  short('staleRegion', 'stale-region.staleSeconds', 'age of the state that let somebody in'),
]
