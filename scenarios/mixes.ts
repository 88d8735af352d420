import type { Mix } from 'interregnum'

/**
 * A directory at work: mostly profile changes, some accounts that come and go, and every kind of
 * change that takes access away from somebody.
 */
export const directoryAtWork: Mix = {
  'update-attribute': 58,
  'sign-up': 6,
  'set-password': 4,
  'disable-user': 3,
  'delete-user': 4,
  'sign-in': 6,
  refresh: 4,
  revoke: 4,
  'read-user': 11,
}

/** Operations a second that two small Regions carry with room to spare. */
export const steadyRatePerSecond = 60

/** Changes before a fault: enough that a defect that drops one in a hundred meets them. */
export const changesBeforeFault = 110

/** Changes during a fault: their loss or catch-up is what is measured. */
export const changesDuringFault = 25
