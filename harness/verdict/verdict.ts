import type { Finding, Interval, Measurement } from '../checkers/checker.ts'

/** `fail > inconclusive > pass`; `skipped` says nothing. */
export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'skipped'

export interface JudgementResult {
  readonly measurement: string
  readonly value: Interval | null
  readonly atMost?: number
  readonly atLeast?: number
  /** The objectives that stand in place of the rule's own bounds. */
  readonly objective?: string
  readonly verdict: Verdict
  readonly reason: string
}

/** What one scenario says of one objective of the user's. */
export interface ObjectiveResult {
  /** As it would be written: `observedLoss <= 1s`. */
  readonly objective: string
  readonly measurement: string
  /** In the unit of the measurement; null where nothing was seen. */
  readonly value: Interval | null
  readonly verdict: Verdict
  readonly reason: string
}

/** What a run says of one objective, with the scenario that decided it. */
export interface RunObjective extends ObjectiveResult {
  readonly scenario?: string
}

export interface RequirementResult {
  readonly id: string
  readonly name: string
  readonly verdict: Verdict
  readonly reason: string
  readonly judgements: readonly JudgementResult[]
}

/** What one measurement says of one documented behaviour. */
export interface ConformanceResult {
  /** The profile that documents it. */
  readonly profile: string
  readonly measurement: string
  readonly value: Interval
  readonly atLeast?: number
  readonly atMost?: number
  /** `fail`: it certainly differs from what is documented. */
  readonly verdict: Verdict
  /** Where it differs: for better or for worse. */
  readonly deviation?: 'stricter' | 'weaker'
  readonly says: string
  readonly source: string
}

/** What became of something that was known before the run. */
export type KnownState = 'expected' | 'healed' | 'expired' | 'not-seen'

/** An entry of the file of expected results that is about this scenario. */
export interface KnownResult {
  readonly rule?: string | undefined
  readonly measurement?: string | undefined
  /** The kind of finding. */
  readonly finding?: string | undefined
  /** Why it is accepted. */
  readonly reason: string
  /** The last day on which it is. */
  readonly until: string
  /**
   * `expected`: it was found, and is accepted. `healed`: the scenario could have shown it, and it
   * held. `expired`: it was found, but is not accepted any more. `not-seen`: nothing shows it.
   */
  readonly state: KnownState
}

/** A broken threshold that nothing expects. */
export interface UnexpectedResult {
  /** Absent where an objective is broken. */
  readonly rule?: string
  readonly objective?: string
  readonly measurement: string
  /** It was expected until this day. */
  readonly expiredOn?: string
}

/** What is expected of one scenario: by itself of the documented reference, or by the file. */
export interface ScenarioExpectation {
  readonly verdict: 'pass' | 'fail'
  readonly rule?: string
  /**
   * What the scenario counts as in a run with a file of expected results: its verdict, but
   * `expected` where everything that is broken is known. Absent where there is no such file.
   */
  readonly standing?: Verdict | 'expected'
  readonly known?: readonly KnownResult[]
  readonly unexpected?: readonly UnexpectedResult[]
}

/** What a file of expected results came to in a run. */
export interface RunExpectation {
  readonly file: string
  /** `sha256:…` of its bytes. */
  readonly digest: string
  /** Broken thresholds that nothing expects. */
  readonly unexpected: number
  /** Entries that were found and accepted. */
  readonly expected: number
  readonly healed: number
  readonly expired: number
  readonly notSeen: number
}

/** The whole answer for one scenario. */
export interface ScenarioResult {
  readonly id: string
  readonly claim: string
  readonly verdict: Verdict
  /** One sentence: why it is not `pass`, or what was seen. */
  readonly reason: string
  readonly requirements: readonly RequirementResult[]
  /** Absent where the plan has none. */
  readonly objectives?: readonly ObjectiveResult[]
  /** The verdict without the objectives; absent where the plan has none. */
  readonly safe?: Verdict
  /** What was measured of documented behaviours; absent where nothing was. */
  readonly conformance?: readonly ConformanceResult[]
  readonly measurements: readonly Measurement[]
  /** Findings of measurements that broke a threshold. */
  readonly findings: readonly Finding[]
  readonly evidence: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Why the run of it was not sound, so that nothing it shows can hold; absent where it was. */
  readonly undermined?: string
  /** Lines in the history, and whether its tail was torn. */
  readonly history: { readonly lines: number; readonly torn: boolean }
  /** The command that repeats it. */
  readonly repeat: string
  readonly traceDigest?: string
  readonly durationMillis: number
  readonly expected: ScenarioExpectation
}

/** `verdict.json`. */
export interface RunResult {
  readonly tool: { readonly name: 'interregnum'; readonly version: string }
  readonly seed: number
  readonly target: string
  readonly model: boolean
  readonly world: string
  /** Where the reference kept its state; absent: in memory and files of its own. */
  readonly storage?: string
  /** What carried the links, in the container world. */
  readonly proxy?: {
    readonly name: 'link-proxy' | 'toxiproxy'
    /** The image that it ran from. */
    readonly image: string
  }
  /** The compose project that the run was attached to. */
  readonly attached?: string
  readonly mutants: readonly string[]
  /** Switches of the target that the plan set, by name. */
  readonly switches: Readonly<Record<string, string>>
  /** Of rules and objectives; where there is a file of expected results, of what it leaves open. */
  readonly verdict: Verdict
  readonly safe: Verdict
  readonly compatible: Verdict
  /** Whether the objectives of the plan are met; absent where it has none. */
  readonly claim?: Verdict
  readonly objectives?: readonly RunObjective[]
  /** What the file of expected results came to; absent where the plan has none. */
  readonly expected?: RunExpectation
  readonly scenarios: readonly ScenarioResult[]
  /** What was not tested, with the reason. */
  readonly notTested: readonly { readonly what: string; readonly reason: string }[]
  /** What the run left behind; empty is clean. */
  readonly leftovers: readonly string[]
}
