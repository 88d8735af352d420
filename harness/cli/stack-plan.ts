import { mutants as allMutants } from '../../fixtures/mutants/index.ts'
import { toolVersion } from '../kernel/version.ts'
import type { Plan } from '../plan/plan.ts'
import { resolvePlan } from '../plan/resolve.ts'
import { referenceTarget } from '../target/reference/target.ts'

/** What can be said of a stack that stays up; the defaults of a run hold for the rest. */
export interface StackInput {
  readonly seed?: number | undefined
  readonly storage?: string | undefined
  readonly mutants?: readonly string[]
}

/** The plan of a stack that stays up. @throws UsageError that names what is wrong. */
export function stackPlan(input: StackInput): Plan {
  return resolvePlan(
    { ...input, scenarios: ['stack'], world: 'process' },
    {
      tool: toolVersion(),
      targets: [referenceTarget.name],
      scenarios: ['stack'],
      mutants: allMutants.map(({ id }) => id),
    },
  )
}
