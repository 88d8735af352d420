import { registerName } from '../history/operation.ts'
import { millis } from '../kernel/time.ts'
import { positionsSettle } from './converge.ts'
import type { Executor } from './executor.ts'
import { readUser, updateAttribute } from './intents.ts'
import type { Users } from './users.ts'

const pollPauseMicros = millis(2)
const pollsMax = 2_000
/** A write that is not visible after this is left to the other checkers. */
const visibleMillisMax = 5_000

/**
 * Writes one attribute of one user on the route, then reads it on the replica until it shows.
 * Pinned: waits for the positions instead and reads once, so that the number of reads is fixed.
 */
export async function measureLag(
  executor: Executor,
  users: Users,
  user: string,
  count: number,
): Promise<void> {
  const register = registerName(user, 'attribute', 'zoneinfo')
  const course = { to: executor.regions.replica, purpose: 'lag-probe' as const }
  for (let sample = 0; sample < count; sample += 1) {
    const write = updateAttribute(executor.nextId(), user, 'zoneinfo')
    const written = await executor.perform(write)
    if (written !== undefined) users.learn(written)
    if (written?.type !== 'ok') continue
    if (executor.pinned) await positionsSettle(executor, visibleMillisMax)
    const deadline = executor.clock.monotonic() + millis(visibleMillisMax)
    for (let poll = 0; poll < pollsMax; poll += 1) {
      const read = await executor.perform(readUser(executor.nextId(), user, [register], course))
      const shown = read?.observed.find((entry) => entry.register === register)
      if (shown?.value === write.id || executor.pinned) break
      if (executor.clock.monotonic() >= deadline) break
      await executor.clock.sleep(pollPauseMicros, executor.signal)
    }
  }
}
