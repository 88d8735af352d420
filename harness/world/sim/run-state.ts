import type { Scheduler } from './scheduler.ts'

/**
 * The run that is on in this process, if any. `active` is true exactly while an event of that run
 * and the microtasks and ticks that follow from it run: only then may code touch a port of the sim
 * world, and only then do traps spring.
 */
export const runState: { active: boolean; run: Scheduler | undefined } = {
  active: false,
  run: undefined,
}

/** The run whose event is being run at this moment. */
export function activeRun(): Scheduler | undefined {
  return runState.active ? runState.run : undefined
}

/**
 * Calls `work` as if no run were on: for real-world effects that nothing in the run can see, such
 * as writing the history to a file. `work` must be synchronous and must not touch a port.
 */
export function outsideRun<T>(work: () => T): T {
  const { active } = runState
  runState.active = false
  try {
    return work()
  } finally {
    runState.active = active
  }
}
