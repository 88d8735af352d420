/**
 * How bad it is if a check fails. `error`: users are shut out, or nothing fails over at all;
 * `warning`: something works less well at the replica; `note`: a difference worth knowing.
 */
export type Severity = 'error' | 'warning' | 'note'

/** One thing that is not as it should be. */
export interface PreflightFinding {
  /**
   * What it is about, such as the name of a trigger: with the id of the check it identifies the
   * finding, so it holds no figure that changes from day to day.
   */
  readonly subject: string
  /** One sentence, with what was seen. */
  readonly message: string
}

/** What a check saw. */
export interface Seen {
  /** What was looked at, in sentences: a check that saw nothing passes nothing. */
  readonly evidence: readonly string[]
  readonly findings: readonly PreflightFinding[]
  /** What it could not see; without findings the check is inconclusive then. */
  readonly unseen?: readonly string[]
  /** Why the check has nothing to say here, such as a pool that sends no messages. */
  readonly notApplicable?: string
}

/**
 * One check of a system before a failover. It reads and changes nothing.
 *
 * @typeParam System - What the check looks at; see `cognito/pool-pair.ts`.
 */
export interface PreflightCheck<System> {
  /** In kebab case; stands in baselines and reports. */
  readonly id: string
  /** What has to be so, one sentence. */
  readonly what: string
  /** What happens in a failover if it is not so. */
  readonly why: string
  /** Ids of requirements of the profile `cognito-mrr`. */
  readonly requirements: readonly string[]
  readonly severity: Severity
  /** What to do about a finding. */
  readonly remedy: string
  /** @throws Unseen if what it needs could not be read. */
  look(system: System): Promise<Seen>
}

/** Something could not be read: access is denied, the budget is spent, nobody answered. */
export class Unseen extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'Unseen'
  }
}

/** What a check came to. `expected`: it failed by what the baseline names already. */
export type CheckVerdict = 'pass' | 'fail' | 'expected' | 'inconclusive' | 'skipped'

/** A finding as it stands in reports. */
export interface ReportedFinding extends PreflightFinding {
  /** The baseline names it. */
  readonly known: boolean
}

/** What became of one check. */
export interface CheckResult {
  readonly id: string
  readonly what: string
  readonly why: string
  readonly requirements: readonly string[]
  readonly severity: Severity
  readonly remedy: string
  readonly verdict: CheckVerdict
  /** Why it came to that, one sentence. */
  readonly reason: string
  readonly evidence: readonly string[]
  readonly findings: readonly ReportedFinding[]
  readonly unseen: readonly string[]
}
