import type { Casualty } from '../../target/contract.ts'

/** Takes casualties as they happen and tells them to one who may come later. */
export interface Casualties {
  readonly report: (casualty: Casualty) => void
  /** Hears of those before, too. */
  readonly listen: (listener: (casualty: Casualty) => void) => void
}

/** So many are kept for a listener. */
const keptMax = 100

/** An empty list. */
export function casualties(): Casualties {
  const kept: Casualty[] = []
  const listeners: ((casualty: Casualty) => void)[] = []
  return {
    report: (casualty) => {
      if (kept.length < keptMax) kept.push(casualty)
      for (const listener of listeners) listener(casualty)
    },
    listen: (listener) => {
      for (const casualty of kept) listener(casualty)
      listeners.push(listener)
    },
  }
}
