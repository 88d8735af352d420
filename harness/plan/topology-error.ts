import { UsageError } from '../kernel/errors.ts'

/** What is wrong with a field of a topology. */
export interface TopologyProblem {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** What a topology says that cannot be, and that only a target or this machine knows. */
export class TopologyError extends UsageError {
  /** By field, so that whoever has read the file can say the line. */
  readonly problems: readonly TopologyProblem[]

  constructor(problems: readonly TopologyProblem[]) {
    super(problems.map((problem) => problemText(problem)).join('\n'))
    this.problems = problems
  }
}

/** Such as `"target.issuer": Expected a URL`. */
export function problemText({ path, message }: TopologyProblem): string {
  return `"${path.map(String).join('.')}": ${message}`
}
