import { type RegisterKind, type RegisterName, registerKind } from '../history/operation.ts'
import { type Micros, millis } from '../kernel/time.ts'
import type { Executor } from './executor.ts'
import { type Sweeper, type SweepView, sameViews } from './sweep.ts'

/** Registers that a sign-in or a refresh shows, and no read of the user. */
const shownBySignIns: ReadonlySet<RegisterKind> = new Set(['password', 'revoked'])

const positionPollMicros = millis(10)
/** Sweeps that differ are repeated, further and further apart. */
const sweepPauseMicros = millis(100)
const sweepPauseMicrosMax = millis(1_600)
const sweepRoundsMax = 40

/** Waits until each Region has applied all that is durable, at most `within`. */
export async function positionsSettle(executor: Executor, withinMillis: number): Promise<boolean> {
  const deadline = executor.clock.monotonic() + millis(withinMillis)
  for (;;) {
    if (await executor.positionsEqual()) return true
    if (executor.clock.monotonic() >= deadline) return false
    await executor.clock.sleep(positionPollMicros, executor.signal)
  }
}

/** Waits until the replica has applied what is durable on the primary now, at most `within`. */
export async function replicaCatchesUp(executor: Executor, withinMillis: number): Promise<boolean> {
  const { primary, replica } = executor.regions
  const goal = (await executor.positions()).get(primary) ?? 0
  const deadline = executor.clock.monotonic() + millis(withinMillis)
  for (;;) {
    if (((await executor.positions()).get(replica) ?? -1) >= goal) return true
    if (executor.clock.monotonic() >= deadline) return false
    await executor.clock.sleep(positionPollMicros, executor.signal)
  }
}

/**
 * Writers have stopped and everything is healed: sweeps both Regions until two successive rounds
 * are equal in both, or the settle bound runs out; then the final reads.
 */
export async function converge(executor: Executor, sweeper: Sweeper): Promise<void> {
  executor.mark('writers-stopped')
  executor.mark('settle-start')
  executor.step('waiting for both Regions to agree')
  const deadline = executor.clock.monotonic() + millis(executor.limits.settleMillisMax)
  const spent = executor.pace?.spent ?? 0
  await positionsSettle(executor, executor.limits.settleMillisMax)
  const settled = await sweepUntilEqualTwice(executor, sweeper, () => {
    // Turns that sweeps have to wait for are none of the system's time.
    return deadline + (executor.pace?.spent ?? 0) - spent
  })
  executor.mark(settled ? 'settled' : 'settle-expired')
  executor.mark('final-read-start')
  await sweeper.sweep(executor.regions.primary, 'final-read')
  await sweeper.sweep(executor.regions.replica, 'final-read')
  executor.mark('final-read-end')
}

/** Where a replica serves no sign-in, what one shows is compared if both Regions showed it. */
function comparable(
  { replicaSignIns = true }: Executor,
  primary: SweepView,
  replica: SweepView,
): readonly [SweepView, SweepView] {
  if (replicaSignIns) return [primary, replica]
  const isKept = (register: RegisterName): boolean =>
    !shownBySignIns.has(registerKind(register)) || (primary.has(register) && replica.has(register))
  const kept = (view: SweepView): SweepView =>
    new Map([...view].filter(([register]) => isKept(register)))
  return [kept(primary), kept(replica)]
}

async function sweepUntilEqualTwice(
  executor: Executor,
  sweeper: Sweeper,
  deadline: () => Micros,
): Promise<boolean> {
  let before: SweepView | undefined
  let pause = sweepPauseMicros
  for (let round = 0; round < sweepRoundsMax; round += 1) {
    const primary = await sweeper.sweep(executor.regions.primary, 'settle-read')
    const replica = await sweeper.sweep(executor.regions.replica, 'settle-read')
    const [shown, there] = comparable(executor, primary, replica)
    const equal = sameViews(shown, there)
    if (equal && before !== undefined && sameViews(shown, before)) return true
    before = equal ? shown : undefined
    if (executor.clock.monotonic() >= deadline()) return false
    if (equal) continue
    await executor.clock.sleep(pause, executor.signal)
    pause = Math.min(pause * 2, sweepPauseMicrosMax)
  }
  return false
}
