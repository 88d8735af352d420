import type { InvokeLine } from '../../history/line.ts'
import type { Outage } from './outage.ts'

/** A population in the words of a finding: `machine clients`. */
export function clientsOf(population: string): string {
  return `${population} clients`
}

/** What somebody lacks whose request failed. */
export function whatIsMissed({ function: fn, region }: InvokeLine): string {
  switch (fn) {
    case 'visit':
    case 'open-session':
      return `access to ${region}`
    case 'machine-sign-in':
    case 'refresh':
    case 'rotate':
    case 'redeem-code':
      return 'tokens'
    case 'sign-up':
    case 'admin-create-user':
      return 'sign-up'
    default:
      return 'sign-in'
  }
}

/** Why nothing is known of an outage where there was none. */
export const noOutage = 'no verified fault took service from the Region that clients were routed to'

/** The start of an outage, as in `after us-east-1 was lost`. */
export function afterOutage({ kind, region }: Outage): string {
  return kind === 'unavailable' ? `after ${region} was lost` : `after ${region} began to fail`
}
