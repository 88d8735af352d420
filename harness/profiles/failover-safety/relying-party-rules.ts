import { type Judgings, none, noneWhereSeen } from './judging.ts'

/** Users fail at the application: what it believes, and for how long. */
export const relyingPartyRules: Judgings = {
  'FS-12': {
    checkers: ['relying-parties'],
    judgements: [
      {
        measurement: 'relying-parties.validRejectedSeconds',
        atMost: 30,
        reason:
          'common verifiers ask for unknown keys again after 30 s at the latest (the cooldown of jose); longer is an outage',
      },
    ],
  },
  'FS-13': {
    checkers: ['relying-parties'],
    judgements: [
      none(
        'relying-parties.invalidAccepted',
        'a token whose key nobody published must not be admitted because nobody can be asked',
      ),
      none(
        'relying-parties.validRejectedSeconds',
        'keys that are known to be good must be used on while nobody can be asked',
      ),
      none(
        'relying-parties.undecided',
        'an application that had a good key must not have thrown it away',
      ),
    ],
  },
  'FS-14': {
    checkers: ['relying-parties'],
    judgements: [
      {
        measurement: 'relying-parties.revokedAdmittedSeconds',
        atMost: 0,
        plusDeclared: 'lagMillisMax',
        reason: 'an answer may be kept as long as the cache says, plus the declared lag',
      },
    ],
  },
  'FS-15': {
    checkers: ['relying-parties'],
    judgements: [
      {
        measurement: 'relying-parties.bothIssuers',
        atLeast: 1,
        reason: 'tokens of both issuers must be accepted until the last old one expires',
      },
      noneWhereSeen(
        'relying-parties.invalidAccepted',
        'an issuer that nobody configured must not be trusted by the way',
      ),
    ],
  },
  'FS-16': {
    checkers: ['relying-parties'],
    judgements: [
      none(
        'relying-parties.rejectedWithinLeeway',
        'a clock that is off by less than the leeway must reject nobody',
      ),
      none(
        'relying-parties.bornExpired',
        'a token must be alive when its user gets it, however long its issue took',
      ),
      none(
        'relying-parties.invalidAccepted',
        'a token must not live longer than it says, plus the leeway',
      ),
    ],
  },
  'FS-27': {
    checkers: ['claim-parity'],
    judgements: [
      none(
        'claim-parity.differences',
        'applications decide by claims: they must not depend on the Region',
      ),
      none('claim-parity.missing', 'a claim that only one Region issues is a trigger that is gone'),
    ],
  },
}
