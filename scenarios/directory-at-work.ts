import type { Mix, PreparedChanges, ScenarioContext, Traffic, Workload } from 'interregnum'

/**
 * A directory at work: mostly profile changes, some accounts that come and go, and every kind of
 * change that takes access away from somebody. Passwords change rarely: whoever had three new ones
 * while a Region could not hear of it cannot be read there without being locked.
 */
export const directoryAtWork: Mix = {
  'update-attribute': 61,
  'sign-up': 6,
  'set-password': 1,
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

/** Reads of each Region before a fault, while changes flow: users are seen again and again. */
const readsBeforeFault = 60

/** Changes during a fault: their loss or catch-up is what is measured. */
export const changesDuringFault = 25

/** Reads during a fault, while changes flow: somebody has seen what is about to be lost. */
export const readsDuringFault = 30

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
 * Users sign up and sign in, changes flow, one of every kind has been made and has reached the
 * replica, and readers in both Regions have seen what was there before and what came: the state in
 * which a fault is worth injecting.
 *
 * All that is read before the fault. Later it would depend on how long the fault takes to be
 * verified whether a reader comes in time to see what must not be forgotten.
 */
export async function startWork(
  { primary, replica, workload }: Pick<ScenarioContext, 'primary' | 'replica' | 'workload'>,
  options: {
    readonly users: number
    readonly lagSamples?: number
    /** The last that happens before the fault is one change of every kind. */
    readonly lastChanges?: boolean
  },
): Promise<DirectoryAtWork> {
  await workload.signIn(await workload.population(options.users))
  const early = await workload.prepareChanges()
  const late = await workload.prepareChanges()
  const last = options.lastChanges === true ? await workload.prepareChanges() : undefined
  await workload.replicated()
  await workload.sweep(replica.name, 'workload')
  if (options.lagSamples !== undefined) await workload.measureLag(options.lagSamples)
  const running = traffic(workload)
  await running.until({ kind: 'acknowledged', count: changesBeforeFault })
  await early.make()
  await workload.replicated()
  for (const region of [replica, primary]) await readAt(workload, region.name, readsBeforeFault)
  await last?.make()
  return { running, late }
}

/** Readers that stay with a Region for so many reads, beside whatever else goes on. */
export async function readAt(workload: Workload, region: string, reads: number): Promise<void> {
  const readers = workload.traffic({
    mix: { 'read-user': 1 },
    ratePerSecond: steadyRatePerSecond,
    to: region,
  })
  await readers.until({ kind: 'acknowledged', count: reads, function: 'read-user' })
  await readers.stop()
}
