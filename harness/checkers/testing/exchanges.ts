import type { CompletionLine, InvokeLine } from '../../history/line.ts'
import type { PlainHistory } from './plain-history.ts'

/** One operation and its answer, if it has one. */
export interface Exchange {
  readonly invoke: InvokeLine
  readonly answer: CompletionLine | undefined
}

/** Every operation of a history, in the order of sending. */
export function exchanges(history: PlainHistory): readonly Exchange[] {
  return history.lines.flatMap((line) => {
    if (line.type !== 'invoke') return []
    const answer = history.lines.find(
      (entry): entry is CompletionLine =>
        (entry.type === 'ok' || entry.type === 'fail' || entry.type === 'info') &&
        entry.operation === line.operation,
    )
    return [{ invoke: line, answer }]
  })
}
