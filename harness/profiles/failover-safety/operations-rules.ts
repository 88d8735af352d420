import { type Judgings, none, recoveryMillisMax } from './judging.ts'

/** What people have to do while the primary is gone, and whether it can be done. */
export const operationsRules: Judgings = {
  'FS-10': {
    checkers: ['deauthorisation'],
    judgements: [
      {
        measurement: 'deauthorisation.stopAccountPossible',
        atLeast: 1,
        reason: 'one named account must be stoppable while the primary is gone',
      },
      {
        measurement: 'deauthorisation.stopAccountSeconds',
        atMost: 60,
        optional: true,
        reason: 'a minute is what whoever answers the alarm can wait for an account to be shut',
      },
    ],
  },
  'FS-11': {
    checkers: ['recovery'],
    judgements: [
      none(
        'recovery.neverFailedOver',
        'a failover must not need the management of the Region that is gone',
      ),
      {
        measurement: 'recovery.switchMillis',
        atMost: recoveryMillisMax,
        reason: 'the switch is part of the recovery time: 30 s where no objective says otherwise',
      },
    ],
  },
}
