import type { Plan } from '../plan/plan.ts'
import { declaresReplication } from '../plan/remote-topology.ts'
import { paceWords } from '../target/capabilities.ts'
import type { Target } from '../target/contract.ts'
import type { RunResult, ScenarioResult } from '../verdict/verdict.ts'

/**
 * What a run did not test, and why.
 *
 * @param stopped - Why it went no further; where that is absent, somebody interrupted it.
 */
export function notTested(
  plan: Plan,
  target: Target,
  results: readonly Pick<ScenarioResult, 'id' | 'verdict' | 'reason'>[],
  stopped = 'the run was interrupted before it',
): RunResult['notTested'] {
  const missing = plan.scenarios.filter((id) => !results.some((result) => result.id === id))
  return [
    ...results
      .filter((result) => result.verdict === 'skipped')
      .map((result) => ({ what: result.id, reason: result.reason })),
    ...missing.map((what) => ({ what, reason: stopped })),
    ...replicationLeftAlone(plan),
    ...heldBack(target),
  ]
}

/** A primary that only its clients lost still sends what it holds. */
function replicationLeftAlone({ topology }: Plan): RunResult['notTested'] {
  if (topology === undefined || declaresReplication(topology.content)) return []
  if (topology.content.hooks.isolatePrimary !== undefined) return []
  const reason = 'the topology names no link of it, and no hook "isolatePrimary"'
  return [{ what: 'a loss that replication feels', reason }]
}

/** Operations that scenarios ask for, and that the pace of the target holds back. */
function heldBack({ name, capabilities }: Target): RunResult['notTested'] {
  const reason = `the pace that ${name} declares`
  return paceWords(capabilities).map((words) => ({ what: `more than ${words}`, reason }))
}
