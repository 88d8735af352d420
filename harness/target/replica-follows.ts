import { WorldError } from '../kernel/errors.ts'
import { millis } from '../kernel/time.ts'
import type { RunningStack } from './contract.ts'
import { regionOfRole } from './region-of-role.ts'

const pollPause = millis(20)

/** What is waited for, and how long. */
export interface ReplicaFollows {
  readonly withinMillis: number
  /** Where the primary has to be first: 1, and so nothing is mistaken for everything. */
  readonly positionMin?: number
}

/**
 * Waits until the replica has what the primary has, by the positions that their supervisors tell.
 * The primary's may move on by itself meanwhile.
 *
 * @throws WorldError if it does not in time.
 */
export async function replicaFollows(
  stack: Pick<RunningStack, 'regions' | 'clock'>,
  { withinMillis, positionMin = 1 }: ReplicaFollows,
): Promise<void> {
  const { clock } = stack
  const primary = regionOfRole(stack, 'primary')
  const replica = regionOfRole(stack, 'replica')
  const end = clock.monotonic() + millis(withinMillis)
  for (;;) {
    const goal = (await primary.control.status()).position
    const seen = (await replica.control.status()).position
    if (goal >= positionMin && seen >= goal) return
    if (clock.monotonic() >= end) {
      throw new WorldError(
        `set-up: ${replica.name} is at ${seen} after ${withinMillis} ms, ${primary.name} at ${goal}`,
        { hint: 'Raise limits.regionReadyMillisMax, or look at the output of the Region.' },
      )
    }
    await clock.sleep(pollPause)
  }
}
