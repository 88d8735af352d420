import type { CompletionLine, EventLine, InvokeLine } from '../../history/line.ts'
import type { PlainHistory } from './plain-history.ts'

/** A request and what became of it, as a definition speaks of it. */
export interface Exchange {
  readonly invoke: InvokeLine
  readonly type: 'ok' | 'fail' | 'info'
  readonly meaning: string
  readonly tokens: NonNullable<CompletionLine['tokens']>
  readonly observed: NonNullable<CompletionLine['observed']>
  /** The Region or relying party that answered. */
  readonly node: string
  readonly inv: number
  /** ∞ where nobody knows. */
  readonly end: number
  /** When the answer was written down; ∞ if it never was. */
  readonly answeredAt: number
}

/** Every exchange of a history in the order of the answers; what was never answered comes last. */
export function exchangesOf({ lines }: Pick<PlainHistory, 'lines'>): readonly Exchange[] {
  const all = lines.filter(isInvoke).map((invoke): Exchange => {
    const answer = lines.find(
      (line): line is CompletionLine => isAnswer(line) && line.operation === invoke.operation,
    )
    const type = answer?.type ?? 'info'
    return {
      invoke,
      type,
      meaning: answer?.error?.meaning ?? '',
      tokens: answer?.tokens ?? [],
      observed: answer?.observed ?? [],
      node: answer?.servedBy ?? invoke.region,
      inv: invoke.at,
      end: type === 'info' ? Infinity : (answer?.at ?? Infinity),
      answeredAt: answer?.at ?? Infinity,
    }
  })
  const last = Number.MAX_SAFE_INTEGER
  return all.sort((a, b) => Math.min(a.answeredAt, last) - Math.min(b.answeredAt, last))
}

function isInvoke(line: EventLine): line is InvokeLine {
  return line.type === 'invoke'
}

function isAnswer(line: EventLine): line is CompletionLine {
  return line.type === 'ok' || line.type === 'fail' || line.type === 'info'
}
