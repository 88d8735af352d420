import { toolVersion } from '../kernel/version.ts'
import type { AwsLibrary } from './aws-libraries.ts'
import type { CountedCalls } from './aws-reader.ts'
import { AwsReader } from './aws-reader.ts'
import type { Baseline, Healing } from './baseline.ts'
import { compareWithBaseline } from './baseline.ts'
import type { CheckResult, CheckVerdict } from './check.ts'
import { cognitoChecks } from './cognito/checks.ts'
import type { PairOptions } from './cognito/pool-pair.ts'
import { findPoolPair } from './cognito/pool-pair.ts'
import type { Endpoints } from './endpoints.ts'
import type { Policy } from './policy.ts'
import { policyOf } from './policy.ts'
import type { OnCheck } from './run-checks.ts'
import { runChecks } from './run-checks.ts'

/** What a preflight comes to: verdicts of checks, and how often AWS was asked for what. */
export interface PreflightResult {
  readonly tool: { readonly name: 'interregnum'; readonly version: string }
  readonly target: 'cognito'
  /** True if models were looked at and not AWS. */
  readonly model: boolean
  /** The id of the user pool. */
  readonly system: string
  /** The second one is absent where there is no replica. */
  readonly regions: readonly string[]
  readonly verdict: 'pass' | 'fail' | 'inconclusive'
  readonly checks: readonly CheckResult[]
  /** What the baseline names and no check found any more. */
  readonly healed: readonly Healing[]
  readonly calls: {
    readonly total: number
    readonly max: number
    readonly by: readonly CountedCalls[]
  }
  readonly policy: Policy
}

/** Everything that a preflight of a user pool stands on. */
export interface PreflightOptions {
  readonly pair: PairOptions
  /** Ids of checks; undefined for all. */
  readonly checks?: readonly string[]
  readonly libraries: ReadonlyMap<string, AwsLibrary>
  readonly endpoints: Endpoints
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly callsMax: number
  readonly model: boolean
  readonly signal: AbortSignal
  readonly onCheck?: OnCheck
}

/**
 * Looks at both copies of a user pool and what stands around them. It reads and changes nothing.
 *
 * @throws UsageError if there is no such pool, or no credentials.
 */
export async function preflight(options: PreflightOptions): Promise<PreflightResult> {
  const { pair, checks: chosen, callsMax, model, signal, onCheck } = options
  const reader = new AwsReader(options)
  try {
    const system = await findPoolPair(reader, pair)
    const wanted = cognitoChecks.filter(({ id }) => chosen?.includes(id) ?? true)
    const checks = await runChecks(wanted, system, {
      signal,
      ...(onCheck === undefined ? {} : { onCheck }),
    })
    const { secondary, account } = system
    const { poolId, primary } = pair
    const by = reader.calls
    return {
      tool: { name: 'interregnum', version: toolVersion() },
      target: 'cognito',
      model,
      system: poolId,
      regions: [primary, ...(secondary === undefined ? [] : [secondary])],
      verdict: verdictOf(checks),
      checks,
      healed: [],
      calls: { total: by.reduce((sum, { calls }) => sum + calls, 0), max: callsMax, by },
      policy: policyOf({
        poolId,
        primary,
        ...(account === undefined ? {} : { account }),
        ...(secondary === undefined ? {} : { secondary }),
      }),
    }
  } finally {
    reader.close()
  }
}

/** The result beside a baseline: what that names is expected. */
export function withBaseline(result: PreflightResult, baseline: Baseline): PreflightResult {
  const { results: checks, healed } = compareWithBaseline(result.checks, baseline)
  return { ...result, checks, healed, verdict: verdictOf(checks) }
}

/** `fail` outweighs `inconclusive`, which outweighs `pass`; of nothing it is `inconclusive`. */
function verdictOf(checks: readonly CheckResult[]): PreflightResult['verdict'] {
  const verdicts = new Set<CheckVerdict>(checks.map(({ verdict }) => verdict))
  if (verdicts.has('fail')) return 'fail'
  if (verdicts.has('inconclusive')) return 'inconclusive'
  return verdicts.has('pass') || verdicts.has('expected') ? 'pass' : 'inconclusive'
}
