import type { Clock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import { millis } from '../../kernel/time.ts'
import type { RegionLifecycle, RegionState } from '../../target/contract.ts'
import type { ChildLife } from './child-life.ts'

/** How long the operating system may take to show that a signal took effect. */
const signalMillisMax = 5_000
const lookMillis = 2

/** What the life cycle acts on. */
export interface LifecycleSubject {
  readonly name: string
  readonly clock: Clock
  /** The newest life, also after its end; undefined before the first. */
  life(): ChildLife | undefined
  start(): Promise<void>
  /** Called when the process was ended: resolves when the world has taken note. */
  afterCrash(): Promise<void>
  /** Called when the process runs again: tells it what it missed. */
  afterResume(): Promise<void>
}

/** The life of a Region's process by signals, observed in the process table. */
export function regionLifecycle(subject: LifecycleSubject): RegionLifecycle {
  const observe = async (): Promise<RegionState> => (await subject.life()?.observe()) ?? 'stopped'
  const reach = async (state: RegionState, ...signals: NodeJS.Signals[]): Promise<void> => {
    const life = subject.life()
    if (life === undefined || !(await life.signal(...signals))) {
      throw new WorldError(`Region ${subject.name} is ${await observe()}: no process to signal`)
    }
    const deadline = subject.clock.monotonic() + millis(signalMillisMax)
    while ((await observe()) !== state) {
      if (subject.clock.monotonic() > deadline) {
        throw new WorldError(
          `Region ${subject.name} is ${await observe()} ${signalMillisMax} ms after ` +
            `${signals.join(', ')}; it was expected to be ${state}`,
        )
      }
      await subject.clock.sleep(millis(lookMillis))
    }
  }
  return {
    observe,
    crash: async () => {
      await subject.life()?.kill()
      await subject.afterCrash()
    },
    start: async () => {
      const state = await observe()
      if (state !== 'stopped') {
        throw new WorldError(`Region ${subject.name} is ${state}: it cannot be started again`)
      }
      await subject.start()
    },
    pause: () => reach('paused', 'SIGSTOP'),
    resume: async () => {
      await reach('running', 'SIGCONT')
      await subject.afterResume()
    },
  }
}
