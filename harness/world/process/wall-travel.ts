import type { TimeTravel, WallClock } from '../../kernel/clock.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { Micros } from '../../kernel/time.ts'

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
