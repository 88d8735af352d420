import type { Finding } from '../checkers/checker.ts'
import type { CompletionLine, EventLine, InvokeLine } from '../history/line.ts'
import type { OperationId } from '../history/operation.ts'

/** One operation with its answer, if it came. */
export interface Exchange {
  readonly invoke: InvokeLine
  readonly completion?: CompletionLine
}

/** Keeps the operations that findings are about: all of their users, and those they name. */
export interface Witness {
  step(line: EventLine): void
  /** In the order of invocation. */
  finish(): readonly Exchange[]
}

/** So many operations of one user are kept. */
const perUserMax = 2_000

/** A witness of these findings. */
export function watchFor(findings: readonly Finding[]): Witness {
  const users = new Set(findings.map(({ user }) => user))
  const named = new Set(findings.flatMap(namedOperations))
  const counts = new Map<string, number>()
  const kept = new Map<OperationId, { invoke: InvokeLine; completion?: CompletionLine }>()
  const wants = ({ user, operation }: InvokeLine): boolean => {
    if (named.has(operation)) return true
    if (!users.has(user)) return false
    const count = (counts.get(user) ?? 0) + 1
    counts.set(user, count)
    return count <= perUserMax
  }
  return {
    step: (line) => {
      if (line.type === 'invoke' && wants(line)) kept.set(line.operation, { invoke: line })
      if (line.type !== 'ok' && line.type !== 'fail' && line.type !== 'info') return
      const exchange = kept.get(line.operation)
      if (exchange !== undefined) exchange.completion = line
    },
    finish: () => [...kept.values()],
  }
}

/** Operations that a finding speaks of: its own, and those in its message. */
export function namedOperations({ operation, message }: Finding): readonly OperationId[] {
  return [...new Set([operation, ...(message.match(/\bop\d+\b/g) ?? [])])]
}
