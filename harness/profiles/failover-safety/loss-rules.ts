import { type Judgings, none } from './judging.ts'

/**
 * What was acknowledged stays. What is missing on the replica after a loss of the primary is
 * measured and shown, but asynchronous replication is documented to strand writes, so without an
 * objective only what never comes back, what nobody wrote and what comes back although it was
 * deleted breaks FS-36.
 */
export const lossRules: Judgings = {
  'FS-36': {
    checkers: ['data-loss'],
    judgements: [
      none('data-loss.lostOperations', 'a write that was acknowledged must not be gone for good'),
      none('data-loss.phantoms', 'a value that nobody wrote must never be read'),
      none('data-loss.resurrected', 'what was deleted must not come back'),
    ],
  },
  'FS-38': {
    checkers: ['replica-gate'],
    judgements: [
      none('replica-gate.accepted', 'a Region that must refuse a write must not take it'),
      none('replica-gate.effects', 'a write that was refused must have changed nothing, anywhere'),
      {
        measurement: 'replica-gate.refusals',
        atLeast: 1,
        reason: 'nothing is shown unless a write was sent to a Region that had to refuse it',
      },
    ],
  },
  'FS-39': {
    checkers: ['convergence', 'backwards', 'lag'],
    judgements: [
      none(
        'convergence.divergedRegisters',
        'both Regions must show the same once writers stopped and faults are healed',
      ),
      none(
        'convergence.impossibleRegisters',
        'what both Regions agree on must be something that the writes allow',
      ),
      {
        measurement: 'convergence.convergenceMillis',
        atMost: 0,
        plusDeclared: 'settleMillisMax',
        reason: 'the Regions must agree within the settle bound that the system declares',
      },
      none(
        'backwards.backwardReads',
        'a reader that stays in one Region must never see an older value again',
      ),
      none(
        'backwards.regionBackwardReads',
        'a Region that showed a value must not show an older one to anybody',
      ),
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
