import type { Clock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import { millis } from '../../kernel/time.ts'
import type { RegionLifecycle, RegionState } from '../../target/contract.ts'
import type { SoftwareLife } from './software-life.ts'

/** How long it may take until it shows that a pause or its end took effect. */
const changeMillisMax = 5_000
const lookMillis = 2

/** What the life cycle acts on. */
export interface LifecycleSubject {
  readonly name: string
  readonly clock: Clock
  /** The newest life, also after its end; undefined before the first. */
  life(): SoftwareLife | undefined
  start(): Promise<void>
  /** Called when the process was ended: resolves when the world has taken note. */
  afterCrash(): Promise<void>
  /** Called when the process runs again: tells it what it missed. */
  afterResume(): Promise<void>
}

/** The life of a Region's software, changed and observed from outside. */
export function regionLifecycle(subject: LifecycleSubject): RegionLifecycle {
  const observe = async (): Promise<RegionState> => (await subject.life()?.observe()) ?? 'stopped'
  /** Resolves when whatever was halted is gone. */
  let ending: Promise<void> = Promise.resolve()
  const crash = async (): Promise<void> => {
    await subject.life()?.kill()
    await subject.afterCrash()
  }
  const reach = async (state: RegionState, change: 'pause' | 'resume'): Promise<void> => {
    const life = subject.life()
    if (life === undefined || !(await life[change]())) {
      throw new WorldError(`Region ${subject.name} is ${await observe()}: nothing to ${change}`)
    }
    const deadline = subject.clock.monotonic() + millis(changeMillisMax)
    while ((await observe()) !== state) {
      if (subject.clock.monotonic() > deadline) {
        throw new WorldError(
          `Region ${subject.name} is ${await observe()} ${changeMillisMax} ms after its ` +
            `${change}; it was expected to be ${state}`,
        )
      }
      await subject.clock.sleep(millis(lookMillis))
    }
  }
  return {
    observe,
    crash,
    halt: async () => {
      const life = subject.life()
      if (life?.halt === undefined) return crash()
      await life.halt()
      ending = crash()
      ending.catch(() => {})
    },
    start: async () => {
      await ending
      const state = await observe()
      if (state !== 'stopped') {
        throw new WorldError(`Region ${subject.name} is ${state}: it cannot be started again`)
      }
      await subject.start()
    },
    pause: () => reach('paused', 'pause'),
    resume: async () => {
      await reach('running', 'resume')
      await subject.afterResume()
    },
  }
}
