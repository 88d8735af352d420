import { type Judgings, none, noneWhereSeen } from './judging.ts'

/** What an attacker gains from a second Region. */
export const abuseRules: Judgings = {
  'FS-28': {
    checkers: ['lockout', 'totp'],
    judgements: [
      {
        measurement: 'lockout.guessFactor',
        atMost: 1.5,
        reason:
          'all Regions together may admit what one admits, and half more while a lock is under way; separate counters admit twice as much',
      },
      noneWhereSeen(
        'lockout.countersReset',
        'a restart, a flip or an unrelated update must not give an attacker a fresh budget',
      ),
      noneWhereSeen('lockout.wronglyAccepted', 'a wrong password or code must open nothing'),
      noneWhereSeen('totp.guessesAccepted', 'a wrong code must open nothing'),
    ],
  },
  'FS-29': {
    checkers: ['lockout'],
    judgements: [
      none(
        'lockout.keptOutUsers',
        'whoever can reach the replica must not be able to prepare an outage for others',
      ),
    ],
  },
  'FS-30': {
    checkers: ['stale-region'],
    judgements: [
      {
        measurement: 'stale-region.staleSeconds',
        atMost: 0,
        plusDeclared: 'lagMillisMax',
        reason: 'a Region that was alone must catch up before it lets anybody in',
      },
    ],
  },
  'FS-32': {
    checkers: [],
    judgements: [],
    notJudged: 'needs passkeys, which the target does not have',
  },
  'FS-34': {
    checkers: ['totp'],
    judgements: [
      none('totp.bypasses', 'a required factor must be asked for in every Region, at every time'),
    ],
  },
  'FS-35': {
    checkers: ['totp'],
    judgements: [
      none('totp.replaysSameRegion', 'a code is for one use (RFC 6238, section 5.2)'),
      none(
        'totp.replaysAcrossRegions',
        'a code is for one use, whichever Region it is shown to (RFC 6238, section 5.2)',
      ),
    ],
  },
}
