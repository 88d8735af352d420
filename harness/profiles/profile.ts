/** A threshold on one measurement of one checker. */
export interface Judgement {
  /** Name of the measurement: `data-loss.lostOperations`. */
  readonly measurement: string
  /** Passes if the interval's high is at most this; fails if its low is above. */
  readonly atMost?: number
  /** Passes if the interval's low is at least this; fails if its high is below. */
  readonly atLeast?: number
  /** The declared behaviour that is added to `atMost`, converted to the measurement's own unit. */
  readonly plusDeclared?: 'lagMillisMax' | 'settleMillisMax' | 'clockSkewMillisMax'
  /** True where a history that lacks the measurement says nothing against the rule. */
  readonly optional?: boolean
  /** Why this threshold: written down, never guessed by a reader. */
  readonly reason: string
}

/** One rule of a profile, as data. */
export interface Requirement {
  /** `FS-36` */
  readonly id: string
  readonly name: string
  readonly area: string
  readonly level: 'MUST' | 'SHOULD' | 'MAY'
  readonly act: string
  readonly observe: string
  /** Checkers whose measurements judge it. Empty: not judged yet. */
  readonly checkers: readonly string[]
  readonly judgements: readonly Judgement[]
  /**
   * Why nothing judges it, or what of a judged rule is left out and why: the reason with which it
   * is `skipped`, never an excuse for a rule that could be judged.
   */
  readonly notJudged?: string
}

/** What the documentation of a system says that a measurement comes to. */
export interface DocumentedBehaviour {
  /** Name of the measurement: `lockout.guessFactor`. */
  readonly measurement: string
  /** Another measurement that has to be at least this before the figure says anything. */
  readonly given?: { readonly measurement: string; readonly atLeast: number }
  /** What is documented lies between these, both included; one may be absent. */
  readonly atLeast?: number
  readonly atMost?: number
  /** What a figure below or above means for whoever relies on the documentation. */
  readonly below?: 'stricter' | 'weaker'
  readonly above?: 'stricter' | 'weaker'
  /** The documented behaviour, in one sentence. */
  readonly says: string
  /** Where that is written. */
  readonly source: string
}

export interface Profile {
  readonly name: string
  /** The question that it answers. */
  readonly question: 'safe' | 'compatible'
  readonly requirements: readonly Requirement[]
  /** What a system of this kind is documented to do; absent where the profile documents none. */
  readonly documented?: readonly DocumentedBehaviour[]
  /** Targets that claim to be of this kind; absent: every one. */
  readonly targets?: readonly string[]
}
