import { type Judgings, none, noneWhereSeen, recoveryMillisMax } from './judging.ts'

/** Federation, passkeys and messages are not in any target of this version. */
const noMessages = 'needs messages that are sent and received, which the target does not have'
const noFederation = 'needs federation, which the target does not have'

/** Users go on: they are served again in time, and are not signed out by the failover. */
export const continuityRules: Judgings = {
  'FS-17': {
    checkers: ['refresh-wave', 'reauthentication'],
    judgements: [
      {
        measurement: 'refresh-wave.millis',
        atMost: recoveryMillisMax,
        reason: 'until the last user has a refreshed session the service is not recovered',
      },
      none(
        'reauthentication.throttledLogouts',
        'a refresh that is throttled must be tried again, not answered by a sign-in page',
      ),
    ],
  },
  'FS-18': {
    checkers: ['reauthentication'],
    judgements: [
      {
        measurement: 'reauthentication.lostRefreshRetried',
        atLeast: 1,
        reason: 'nothing is shown unless a refresh whose answer was lost was tried again',
      },
      none(
        'reauthentication.lostRefreshRefused',
        'an answer that was lost on the way must not cost the user the session',
      ),
      none(
        'reauthentication.familiesRevokedAsStolen',
        'a retry within the grace period is no theft',
      ),
    ],
  },
  'FS-19': {
    checkers: ['reauthentication'],
    judgements: [
      {
        measurement: 'reauthentication.perUserMax',
        atMost: 1,
        reason: 'who signed in again after one flip must not have to after the next',
      },
      none(
        'reauthentication.familiesRevokedAsStolen',
        'a token that is presented in the other Region after a flip is no theft',
      ),
    ],
  },
  'FS-20': {
    checkers: ['reauthentication'],
    judgements: [
      none(
        'reauthentication.share.minted',
        'failback is planned: who signed in at the replica must not pay for it',
      ),
      {
        ...none(
          'reauthentication.share.rotated',
          'failback is planned: who refreshed at the replica must not pay for it',
        ),
        optional: true,
      },
    ],
  },
  'FS-22': {
    checkers: ['reauthentication'],
    notJudged: `the SAML response that crosses a flip: ${noFederation}`,
    judgements: [
      none(
        'reauthentication.loops',
        'a flow that crosses a flip may begin anew once, not for ever',
      ),
      none(
        'reauthentication.foreignSessions',
        "a flow that crosses a flip must never end in another user's session",
      ),
    ],
  },
  'FS-23': {
    checkers: ['recovery'],
    judgements: [
      none(
        'recovery.neverFailedOver',
        'a Region that fails users has failed, whatever its health check says',
      ),
      {
        measurement: 'recovery.worstMillis',
        atMost: recoveryMillisMax,
        reason: 'users wait from the first failure that they see, 30 s where nothing else is asked',
      },
    ],
  },
  'FS-24': {
    checkers: ['recovery'],
    judgements: [
      {
        measurement: 'recovery.worstMillis',
        atMost: recoveryMillisMax,
        reason: 'clients that stick to an address are users too: the slowest population counts',
      },
    ],
  },
  'FS-25': {
    checkers: ['certificates'],
    judgements: [
      none(
        'certificates.failedHandshakes',
        'a certificate that clients do not trust is an outage of the path that it stands on',
      ),
    ],
  },
  'FS-26': { checkers: [], judgements: [], notJudged: noMessages },
  'FS-31': {
    checkers: ['identities'],
    judgements: [
      none(
        'identities.duplicates',
        'who signs up again because the replica does not know it must not exist twice',
      ),
    ],
  },
  'FS-33': { checkers: [], judgements: [], notJudged: noFederation },
  'FS-37': {
    checkers: ['tokens', 'availability'],
    judgements: [
      noneWhereSeen(
        'tokens.unverifiable',
        'each Region must publish the keys that verify every token',
      ),
      none('tokens.wrongIssuer', 'a token must name the issuer that relying parties were told'),
      none('tokens.wrongAudience', 'a token must name the client that it was issued to'),
      none('tokens.badExpiry', 'a token must be alive when it is issued and expire after that'),
      none(
        'tokens.rejectedBeforeExpiry',
        'a token that was neither revoked nor expired must be accepted',
      ),
      {
        measurement: 'tokens.acceptedAcrossRegions',
        atLeast: 1,
        reason: 'nothing is shown unless one Region accepted a token of the other',
      },
      {
        measurement: 'availability.recoveryMillis',
        atMost: 10_000,
        optional: true,
        reason: 'ten seconds from the loss to a run of successes, where probes measured it',
      },
    ],
  },
}
