import type { Judgement, Requirement } from '../profile.ts'

/** What judges a rule of the catalogue. */
export type Judging = Pick<Requirement, 'checkers' | 'judgements' | 'notJudged'>

/** Judgings by the id of their rule. */
export type Judgings = Readonly<Record<string, Judging>>

/**
 * How long users may wait where no objective says it: 30 s, the recovery time objective that is
 * asked for most. In milliseconds, the unit of the measurements that it bounds.
 */
export const recoveryMillisMax = 30_000

/**
 * What a Region that acknowledged may still accept: a second, the resolution of uses that follow
 * one another in a real world. There is no lag within a Region.
 */
const sameRegionSecondsMax = 1

/** How long another Region may accept what a change of that kind forbids: the declared lag. */
export function stopsElsewhere(kind: string, reason: string): Judgement {
  return {
    measurement: `deauthorisation.${kind}.otherRegionSeconds`,
    atMost: 0,
    plusDeclared: 'lagMillisMax',
    reason,
  }
}

/** How long the Region that acknowledged it may accept what a change of that kind forbids. */
export function stopsAtOnce(kind: string): Judgement {
  return {
    measurement: `deauthorisation.${kind}.sameRegionSeconds`,
    atMost: sameRegionSecondsMax,
    optional: true,
    reason:
      'the Region that acknowledged it has no lag to wait for; a second is what uses one after the other can tell apart',
  }
}

/** A count of what must not happen at all. */
export function none(measurement: string, reason: string): Judgement {
  return { measurement, atMost: 0, reason }
}

/** The same where a history that lacks the measurement says nothing against the rule. */
export function noneWhereSeen(measurement: string, reason: string): Judgement {
  return { measurement, atMost: 0, optional: true, reason }
}
