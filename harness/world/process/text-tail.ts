/** The last characters of a stream of text, bounded. */
export interface TextTail {
  push(text: string): void
  /** The end of what was pushed, from a line's start where something was dropped. */
  read(): string
}

/** @param charactersMax - How much is kept. */
export function textTail(charactersMax: number): TextTail {
  let kept = ''
  let dropped = false
  return {
    push: (text) => {
      const all = kept + text
      dropped ||= all.length > charactersMax
      kept = all.slice(-charactersMax)
    },
    read: () => {
      if (!dropped) return kept.trimEnd()
      return `…${kept.slice(kept.indexOf('\n') + 1).trimEnd()}`
    },
  }
}
