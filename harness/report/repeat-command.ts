import type { Plan } from '../plan/plan.ts'

/** The command line that repeats one scenario of a run. */
export function repeatCommand(plan: Plan, scenario: string): string {
  const mutants = plan.mutants.map((id) => ` --mutant ${id}`).join('')
  const pinned = plan.pinned ? ' --pinned' : ''
  return `interregnum run ${scenario} --world ${plan.world} --seed ${plan.seed}${mutants}${pinned}`
}
