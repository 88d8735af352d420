import { failoverSafetyCatalogue } from './failover-safety-catalogue.ts'
import type { Judgement, Profile } from './profile.ts'

/** What judges a rule of the catalogue. */
interface Judging {
  readonly checkers: readonly string[]
  readonly judgements: readonly Judgement[]
}

/**
 * Thresholds of the rules that this version judges. What is missing on the replica after a loss
 * of the primary is measured and shown, but asynchronous replication is documented to strand
 * writes, so without an objective only what never comes back, what nobody wrote and what comes
 * back although it was deleted breaks FS-36.
 */
const judged: Readonly<Record<string, Judging>> = {
  'FS-36': {
    checkers: ['data-loss'],
    judgements: [
      {
        measurement: 'data-loss.lostOperations',
        atMost: 0,
        reason: 'a write that was acknowledged must not be gone for good',
      },
      {
        measurement: 'data-loss.phantoms',
        atMost: 0,
        reason: 'a value that nobody wrote must never be read',
      },
      {
        measurement: 'data-loss.resurrected',
        atMost: 0,
        reason: 'what was deleted must not come back',
      },
    ],
  },
  'FS-37': {
    checkers: ['tokens', 'availability'],
    judgements: [
      {
        measurement: 'tokens.unverifiable',
        atMost: 0,
        reason: 'each Region must publish the keys that verify every token of the pool',
      },
      {
        measurement: 'tokens.wrongIssuer',
        atMost: 0,
        reason: 'a token must name the issuer that relying parties were told',
      },
      {
        measurement: 'tokens.wrongAudience',
        atMost: 0,
        reason: 'a token must name the client that it was issued to',
      },
      {
        measurement: 'tokens.badExpiry',
        atMost: 0,
        reason: 'a token must be alive when it is issued and expire after it was issued',
      },
      {
        measurement: 'tokens.rejectedBeforeExpiry',
        atMost: 0,
        reason: 'a token that was neither revoked nor expired must be accepted',
      },
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
  'FS-39': {
    checkers: ['convergence', 'backwards', 'lag'],
    judgements: [
      {
        measurement: 'convergence.divergedRegisters',
        atMost: 0,
        reason: 'both Regions must show the same once writers stopped and faults are healed',
      },
      {
        measurement: 'convergence.impossibleRegisters',
        atMost: 0,
        reason: 'what both Regions agree on must be something that the writes allow',
      },
      {
        measurement: 'convergence.convergenceMillis',
        atMost: 0,
        plusDeclared: 'settleMillisMax',
        reason: 'the Regions must agree within the settle bound that the system declares',
      },
      {
        measurement: 'backwards.backwardReads',
        atMost: 0,
        reason: 'a reader that stays in one Region must never see an older value again',
      },
      {
        measurement: 'backwards.regionBackwardReads',
        atMost: 0,
        reason: 'a Region that showed a value must not show an older one to anybody',
      },
      {
        measurement: 'lag.lagMillisMax',
        atMost: 0,
        plusDeclared: 'lagMillisMax',
        optional: true,
        reason: 'undisturbed replication must keep the lag that the system declares',
      },
    ],
  },
}

/** *Safe?* The rules that hold for every replicated identity system. */
export const failoverSafety: Profile = {
  name: 'failover-safety',
  question: 'safe',
  requirements: failoverSafetyCatalogue.map((entry) => ({
    ...entry,
    checkers: judged[entry.id]?.checkers ?? [],
    judgements: judged[entry.id]?.judgements ?? [],
  })),
}
