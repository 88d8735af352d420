import type { Mix, PreparedChanges, Traffic, Workload } from 'interregnum'

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
const changesBeforeFault = 110

/** Changes during a fault: their loss or catch-up is what is measured. */
export const changesDuringFault = 25

/** Traffic over the users that there are. */
export function traffic(workload: Workload): Traffic {
  return workload.traffic({ mix: directoryAtWork, ratePerSecond: steadyRatePerSecond })
}

/** What every story about a fault begins with. */
export interface DirectoryAtWork {
  readonly running: Traffic
  /** One change of every kind, to be made when the fault is in force or over. */
  readonly late: PreparedChanges
}

/**
 * Users sign up and sign in, changes flow, and one of every kind has been made and has reached the
 * replica: the state in which a fault is worth injecting.
 */
export async function startWork(
  workload: Workload,
  options: { readonly users: number; readonly lagSamples?: number },
): Promise<DirectoryAtWork> {
  await workload.signIn(await workload.population(options.users))
  const early = await workload.prepareChanges()
  const late = await workload.prepareChanges()
  if (options.lagSamples !== undefined) await workload.measureLag(options.lagSamples)
  const running = traffic(workload)
  await running.until({ kind: 'acknowledged', count: changesBeforeFault })
  await early.make()
  await workload.replicated()
  return { running, late }
}
