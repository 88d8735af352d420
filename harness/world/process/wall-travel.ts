import type { Clock, TimeTravel, WallClock } from '../../kernel/clock.ts'
import { FaultError } from '../../kernel/errors.ts'
import { invariant } from '../../kernel/invariant.ts'
import { type Micros, seconds, toMillis } from '../../kernel/time.ts'

/** Somebody whose wall clock is moved: a Region. */
export interface Traveller {
  /** @param travelled - The sum of all travel since the stack started. */
  travelTo(travelled: Micros): Promise<void>
}

/** The wall clock of clients and the ability to move it with those of all Regions. */
export interface WallTravel {
  readonly wall: WallClock
  readonly timeTravel: TimeTravel
  travelled(): Micros
}

/** @param travellers - Asked at each journey: Regions may come later. */
export function wallTravel(real: WallClock, travellers: () => readonly Traveller[]): WallTravel {
  let travelled: Micros = 0
  return {
    wall: { now: () => real.now() + travelled },
    travelled: () => travelled,
    timeTravel: {
      advance: async (duration) => {
        invariant(duration >= 0, 'time travel goes forward only')
        travelled += duration
        await Promise.all(travellers().map((traveller) => traveller.travelTo(travelled)))
      },
    },
  }
}

/** The longest journey that is waited for. */
const waitMax = seconds(60)

/**
 * Where a Region's wall clock is that of the machine, only time moves it: a short journey is waited
 * for, a longer one is refused.
 */
export function waitingTravel(real: WallClock, clock: Clock): WallTravel {
  return {
    wall: real,
    travelled: () => 0,
    timeTravel: {
      advance: async (duration) => {
        invariant(duration >= 0, 'time travel goes forward only')
        if (duration > waitMax) {
          const millisMax = toMillis(waitMax)
          throw new FaultError(
            `the wall clock of this system is that of the machine: ${toMillis(duration)} ms were asked for, at most ${millisMax} ms are waited for`,
          )
        }
        await clock.sleep(duration)
      },
    },
  }
}
