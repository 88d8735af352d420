import { type Judgings, none, noneWhereSeen, stopsAtOnce, stopsElsewhere } from './judging.ts'

/**
 * Who lost access loses it everywhere. The default budget is the lag that the system declares and
 * nothing beyond it; an objective such as `staleness.disable <= 5s` replaces it.
 */
export const deauthorisationRules: Judgings = {
  'FS-01': {
    checkers: ['deauthorisation'],
    judgements: [
      stopsElsewhere('disable', 'who was disabled keeps access for the declared lag at most'),
      stopsAtOnce('disable'),
    ],
  },
  'FS-02': {
    checkers: ['deauthorisation'],
    judgements: [
      stopsElsewhere(
        'group',
        'a token minted after the declared lag must not carry a group that was taken away',
      ),
      stopsAtOnce('group'),
    ],
  },
  'FS-03': {
    checkers: ['deauthorisation', 'secrets'],
    judgements: [
      stopsElsewhere('secret', 'a deleted secret may work for the declared lag at most'),
      stopsAtOnce('secret'),
      none(
        'secrets.gapSeconds',
        'a rotation must leave a secret that works in both Regions at every moment',
      ),
    ],
  },
  'FS-04': {
    checkers: ['deauthorisation', 'identities'],
    judgements: [
      stopsElsewhere('delete', 'who was erased keeps access for the declared lag at most'),
      stopsAtOnce('delete'),
      none('identities.revived', 'who was erased must not come back by any way'),
      noneWhereSeen(
        'deauthorisation.revived',
        'access that was refused once must not be granted again',
      ),
    ],
  },
  'FS-05': {
    checkers: ['identities'],
    judgements: [
      none(
        'identities.crossed',
        'a new owner of a username must not get what belongs to the old one, nor the other way round',
      ),
    ],
  },
  'FS-06': {
    checkers: ['deauthorisation'],
    judgements: [
      stopsElsewhere(
        'password',
        'a password that was reset or replaced may work for the declared lag at most',
      ),
      stopsAtOnce('password'),
    ],
  },
  'FS-07': {
    checkers: ['deauthorisation'],
    judgements: [
      stopsElsewhere(
        'mfa',
        'the password alone may open a session for the declared lag at most once a factor is enrolled',
      ),
      stopsAtOnce('mfa'),
    ],
  },
  'FS-08': {
    checkers: ['deauthorisation'],
    judgements: [
      stopsElsewhere(
        'device',
        'a forgotten device may stand in for the factor for the declared lag at most',
      ),
      stopsAtOnce('device'),
    ],
  },
  'FS-09': {
    checkers: ['deauthorisation'],
    judgements: [
      none(
        'deauthorisation.oldPasswordAfterAcknowledgement',
        'the Region that acknowledged a change must refuse the older password from then on',
      ),
      none(
        'deauthorisation.passwordsWorkingTogether',
        'a Region that took the new password must never take the older one again',
      ),
    ],
  },
  'FS-21': {
    checkers: ['deauthorisation'],
    judgements: [
      none(
        'deauthorisation.revived',
        'what was revoked while the replica served must stay so after failback',
      ),
      noneWhereSeen(
        'deauthorisation.spentTwice',
        'a refresh token is over once its successor was used (RFC 9700, section 4.14.2)',
      ),
      {
        ...stopsElsewhere('revocation', 'the primary must know of a revocation within the lag'),
        optional: true,
      },
      {
        ...stopsElsewhere('signOut', 'the primary must know of a sign-out within the lag'),
        optional: true,
      },
    ],
  },
}
