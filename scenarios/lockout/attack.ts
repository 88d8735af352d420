import { guesses, type Performed, type Purpose, type ScenarioContext } from 'interregnum'

type Attacker = Pick<ScenarioContext, 'workload' | 'clock'>

/** A Region that has not locked by now does not lock. */
export const roundsMax = 15

/** Longer than counters that are told to the other Region take to get there. */
const pauseMicros = 60_000

/** One who is attacked in a Region, for what purpose. */
export interface Victim {
  readonly user: string
  readonly region: string
  readonly purpose: Extract<Purpose, 'guess' | 'guess-control'>
}

/** One guess at the password of a victim. */
export function guess(
  { workload }: Attacker,
  { user, region, purpose }: Victim,
): Promise<Performed> {
  return workload.attempt(guesses.guessPassword(user, { to: region, purpose }))
}

/** So many guesses, one after the other. */
export async function guessTimes(attacker: Attacker, victim: Victim, count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await guess(attacker, victim)
}

/**
 * Attacks every victim on one schedule until each of them was locked: in each round each gets one
 * guess, and between two of them is time enough for a Region to tell the other.
 *
 * What slows the machine down slows all of them down alike: how many guesses a victim is admitted
 * does not depend on it but for a lock that ends before the others have begun.
 */
export async function attackUntilLocked(
  attacker: Attacker,
  victims: readonly Victim[],
): Promise<void> {
  const open = new Set(victims)
  for (let round = 0; round < roundsMax; round += 1) {
    for (const victim of victims) {
      const { meaning } = await guess(attacker, victim)
      if (meaning === 'locked') open.delete(victim)
      if (open.size === 0) return
      await attacker.clock.sleep(pauseMicros)
    }
  }
}
